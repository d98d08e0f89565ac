#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/ip_address.hpp"
#include "http/handshakes.hpp"
#include "http/lanes.hpp"
#include "http/options.hpp"
#include "http/peer_watch.hpp"
#include "http/request_id.hpp"
#include "http/request_parser.hpp"
#include "http/router.hpp"
#include "http/stream.hpp"
#include "http/watchdog.hpp"
#include "metrics/metrics.hpp"

namespace migrator::http {

class Connection;

/// What all connections of a server share.
struct Shared {
    const Options& options;
    Lanes& lanes;
    Handshakes& handshakes;
    metrics::Registry* metrics;  ///< may be null
    RequestIds ids;
    bool ending = false;          ///< each connection ends with the answer it is at
    std::size_t body_memory = 0;  ///< that bodies of requests take, as `Connection::body_memory`
    /// Makes the connection give way whose body has been on its way for the longest time. False
    /// when that is the given one, or there is none.
    std::function<bool(const Connection& asking)> make_body_room{};
};

/// One client: its requests, one after the other. For the sockets' thread only.
class Connection {
public:
    Connection(Stream stream, const Router& router, Shared& shared);

    /// Returns when the connection is over. Must run to its end, or never be resumed again.
    boost::asio::awaitable<void> run();

    /// Ends it soon, now that `Shared::ending` is set: at once when no request has come.
    void wind_down();
    /// Closes the socket; an answer in work is dropped.
    void close();
    /// A whole request has come and its answer has not gone out.
    bool is_working() const { return phase_ == Phase::Working; }
    /// No request is lost when it is closed: none has come whole. Silent ones go before those that
    /// have begun one.
    bool may_go() const { return phase_ != Phase::Working; }
    bool is_silent() const { return phase_ == Phase::Idle || phase_ == Phase::Lingering; }
    /// Since when it waits for what it waits for.
    std::chrono::steady_clock::time_point since() const { return since_; }
    /// Nothing when it has gone already.
    const std::optional<IpAddress>& peer_address() const { return peer_address_; }

    /// What its body takes of `Shared::body_memory`.
    std::size_t body_memory() const { return body_memory_; }
    bool is_reading_body() const { return phase_ == Phase::Reading && body_memory_ > 0; }
    /// Drops the body that is on its way and answers with 503.
    void drop_body();

private:
    enum class Phase : std::uint8_t { Idle, Reading, Working, Lingering };
    enum class Next : std::uint8_t { Request, Linger, Close };

    /// What is told of a request when its answer has been written.
    struct Exchange;

    boost::asio::awaitable<Next> shake_hands();
    boost::asio::awaitable<Next> serve_one();
    boost::asio::awaitable<bool> read(RequestParser& parser);
    boost::asio::awaitable<boost::system::error_code> read_some();
    boost::asio::awaitable<bool> write(std::string_view head, std::string_view body);
    boost::asio::awaitable<bool> refuse(const Refusal& refusal, const std::string& path);
    boost::asio::awaitable<Response> answer(Request request, Exchange& exchange);
    std::optional<Response> refused_browser(const Request& request, const Exchange& exchange) const;
    boost::asio::awaitable<bool> send(
        std::string_view head, Response& response, bool with_body, const Exchange& exchange
    );
    boost::asio::awaitable<void> linger();

    void enter(Phase phase);
    void begin_request(const RequestParser& parser);
    bool hold_body(std::size_t bytes);
    Refusal too_slow() const;
    std::string client_ip(const Request& request) const;
    void log_request(const Request& request, const Exchange& exchange) const;
    void record(const Exchange& exchange, int status, std::size_t body_bytes) const;
    void add_headers(Response& response) const;

    Stream stream_;
    const Router& router_;
    Shared& shared_;
    Watchdog watchdog_;
    PeerWatch peer_watch_;
    Phase phase_ = Phase::Idle;
    std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
    bool is_first_ = true;  ///< no header of a request has come whole
    bool has_no_room_ = false;
    std::size_t body_memory_ = 0;
    std::string pending_;  ///< bytes that have come and that no request has taken yet
    std::string peer_;
    std::optional<IpAddress> peer_address_;  ///< nothing when it has gone already
};

}  // namespace migrator::http
