#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "http/options.hpp"
#include "http/router.hpp"
#include "metrics/metrics.hpp"

namespace migrator::http {

/// A further port of a server: plain HTTP, with routes of its own.
struct SidePort {
    std::uint16_t port;    ///< 0: any free port, for tests
    const Router& router;  ///< lives longer
    std::string purpose;   ///< for the log: "metrics"
};

/// HTTP/1.1 over plain TCP or TLS. One thread for all sockets, workers for the handlers.
class Server {
public:
    /// Opens the port. Throws Unavailable ("listen tcp 0.0.0.0:8080: address already in use"),
    /// Configuration when `listen_address` is no IP address or a file for TLS can't be used.
    /// `router` lives longer. Raises the process's soft limit for open files towards what
    /// `max_connections` and `other_files` need; where that isn't enough, fewer connections are
    /// accepted. SIGTERM and SIGINT
    /// are kept for `run_until_signal` from here on.
    /// Every answered request of a route that is not bare is told to `metrics`, which may be null.
    Server(
        const Options& options,
        const Router& router,
        metrics::Registry* metrics = nullptr,
        const std::optional<SidePort>& side = {}
    );
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    std::uint16_t port() const;
    /// 0 without a `SidePort`.
    std::uint16_t side_port() const;

    /// Serves until SIGTERM or SIGINT, or `stop`. Then: no new connections, requests in work may
    /// end within `shutdown_timeout`; after it `cancel` is called, and they end as they do. A
    /// second signal calls `cancel` at once. Returns the process's exit code, 0.
    /// `cancel` is called at most once, only when a request is in work, on a thread of its own that
    /// is joined before the return. From then on a request that waits for a worker gets 503.
    /// What hasn't ended 5 s later is logged and left; the destructor waits for its handler.
    int run_until_signal(std::function<void()> cancel);

    /// As a SIGTERM. From any thread.
    void stop();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace migrator::http
