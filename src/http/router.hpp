#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "http/message.hpp"

namespace migrator::http {

/// Which threads a handler runs on. Each lane has its own, so that none starves another.
enum class Lane : std::uint8_t {
    Work,     ///< works for as long as it takes: databases, storage
    Quick,    ///< waits for nothing
    Probe,    ///< waits for a short time, which is limited
    Patient,  ///< may wait for others for as long as it takes, a thread each
    Gate,     ///< finds out who asks, and may wait a short time for who knows the keys
};

struct GoesOn;
using Reply = std::variant<Response, GoesOn>;

/// What is left to do for a request is done on another lane.
struct GoesOn {
    Lane lane;
    std::function<Reply()> answer;
};

/// Answers a request, on the threads of its lane. An exception that leaves it goes to
/// `Router::on_error`.
using Handler = std::function<Reply(Request)>;

/// Paths and their handlers; trailing slash redirects, 404 and 405 as in docs/compatibility.md,
/// "Routes and redirects". A route for GET answers HEAD, too. A path that hides what it is
/// (`is_disguised`) has no route, but for the segment that `add_with_id` adds, where only a slash
/// may not be hidden. Built at start-up, constant afterwards.
class Router {
public:
    /// `path` is literal. Throws Internal when the method and path are there already.
    void add(std::string method, std::string path, Lane lane, Handler handler);

    /// As `add`, for `path` and one more segment, which is not empty: "/v1/runs" serves
    /// "/v1/runs/abc", and `Request::parameter` is "abc". A literal path goes first.
    /// `suffix` comes behind that segment: "/events" serves "/v1/runs/abc/events".
    void add_with_id(
        std::string method, std::string path, Lane lane, Handler handler, std::string suffix = {}
    );

    /// As `add`, for a route whose requests are neither logged nor counted and whose answers get
    /// no added headers, such as `/metrics`.
    void add_bare(std::string method, std::string path, Lane lane, Handler handler);

    /// Headers added to every answer but redirects and those of bare routes.
    void add_header(std::string name, std::string value);

    /// Turns an exception of a handler into an answer. Without it: 500 and no body. Called on
    /// the lane's workers; the request comes without its body.
    void on_error(std::function<Response(const Request&, std::exception_ptr)> handler);

    /// The JSON body of an error that the server answers itself: a request that is too large or too
    /// slow, a full queue. `path` is empty when it did not get that far. Without it:
    /// `{"error":MESSAGE}`. Called on the sockets' thread.
    using ErrorBody =
        std::function<std::string(std::string_view path, int status, std::string_view message)>;
    void error_bodies(ErrorBody make);
    std::string error_body(std::string_view path, int status, std::string_view message) const;

    struct Route {
        std::string method;
        std::string path;  ///< without the segment that `add_with_id` adds
        Lane lane;
        Handler handler;
        bool bare = false;     ///< not logged, not counted, no added headers
        bool with_id = false;  ///< of `add_with_id`
        std::string suffix{};  ///< the same
        std::string pattern;   ///< `path`, and "/:id" and the suffix when there is an id

        bool serves(std::string_view decoded_path) const;
        /// What `Request::parameter` is for a path that it serves; empty without an id.
        std::string parameter_of(std::string_view decoded_path) const;
    };
    /// The route for a request, or the answer that says why there is none. `Request::parameter`
    /// isn't looked at.
    std::variant<const Route*, Response> find(const Request& request) const;

    const Headers& headers() const { return headers_; }
    /// The answer to a request whose handler threw. Never throws: when `on_error`'s function
    /// does, that is logged and the answer is 500 without a body.
    Response error_response(const Request& request, std::exception_ptr error) const noexcept;

private:
    struct Place;

    void add(Route route);
    const Route* route_of(std::string_view method, const Place& place) const;
    std::string methods_of(const Place& place) const;

    std::vector<Route> routes_;
    Headers headers_;
    std::function<Response(const Request&, std::exception_ptr)> on_error_;
    ErrorBody error_body_;
};

}  // namespace migrator::http
