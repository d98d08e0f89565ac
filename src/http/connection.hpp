#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
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

/// What all connections of a server share.
struct Shared {
    const Options& options;
    Lanes& lanes;
    Handshakes& handshakes;
    metrics::Registry* metrics;  ///< may be null
    RequestIds ids;
    bool ending = false;  ///< each connection ends with the answer it is at
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
    std::string pending_;  ///< bytes that have come and that no request has taken yet
    std::string peer_;
    std::optional<IpAddress> peer_address_;  ///< nothing when it has gone already
};

}  // namespace migrator::http
