#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "http/message.hpp"

namespace migrator::http {

/// Which workers a handler runs on.
enum class Lane : std::uint8_t {
    Work,   ///< may block for long: databases, storage
    Quick,  ///< never waits for a database; workers of its own, so that a busy Lane::Work
            ///< starves no health check
};

/// One short piece of work on a request: the answer, or how long to wait before the next call.
/// While it waits no thread is held.
using Step = std::function<std::variant<Response, std::chrono::milliseconds>()>;

/// Makes the steps for a request. Called on the lane's workers, as the steps are.
/// An exception that leaves it, or a step, goes to `Router::on_error`.
using Handler = std::function<Step(Request)>;

/// A handler that answers in one step.
Handler answering(std::function<Response(const Request&)> answer);

/// Literal paths and their handlers; trailing slash redirects, 404 and 405 as in the
/// specification's `http-v1.md` section 1. Built at start-up, constant afterwards.
class Router {
public:
    /// `path` is literal. Throws Internal when the method and path are there already.
    void add(std::string method, std::string path, Lane lane, Handler handler);

    /// As `add`, for a route whose requests are not logged and whose answers get no added
    /// headers, such as `/metrics`.
    void add_bare(std::string method, std::string path, Lane lane, Handler handler);

    /// Headers added to every answer but redirects and those of bare routes.
    void add_header(std::string name, std::string value);

    /// Turns an exception of a handler into an answer. Without it: 500 and no body. Called on
    /// the lane's workers; the request comes without its body.
    void on_error(std::function<Response(const Request&, std::exception_ptr)> handler);

    struct Route {
        std::string method;
        std::string path;
        Lane lane;
        Handler handler;
        bool bare = false;  ///< not logged, no added headers
    };
    /// The route for a request, or the answer that says why there is none.
    std::variant<const Route*, Response> find(const Request& request) const;

    const Headers& headers() const { return headers_; }
    /// The answer to a request whose handler threw. Never throws: when `on_error`'s function
    /// does, that is logged and the answer is 500 without a body.
    Response error_response(const Request& request, std::exception_ptr error) const noexcept;

private:
    void add(Route route);
    const Route* route_of(std::string_view method, std::string_view path) const;
    std::string methods_of(std::string_view path) const;

    std::vector<Route> routes_;
    Headers headers_;
    std::function<Response(const Request&, std::exception_ptr)> on_error_;
};

}  // namespace migrator::http
