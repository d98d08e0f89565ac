#include "http/server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <memory>
#include <optional>
#include <thread>
#include <unordered_set>
#include <utility>

#include "core/log.hpp"
#include "http/client_address.hpp"
#include "http/connection.hpp"
#include "http/listener.hpp"
#include "http/text.hpp"
#include "http/tls_files.hpp"

namespace migrator::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

namespace {

/// For requests that were cancelled at shutdown.
constexpr std::chrono::seconds kAfterCancel{5};
/// Before the next try when there are no descriptors left.
constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr std::chrono::seconds kBetweenWarnings{30};
/// Connections of the side port, beside `max_connections`: whoever takes all of those can be seen.
constexpr std::size_t kSideConnections = 16;

/// Those of the side port: plain HTTP.
Options side_options(Options options, std::uint16_t port) {
    options.port = port;
    options.tls = {};
    return options;
}

/// A port and what is behind it.
struct Port {
    Port(asio::io_context& io, const Options& options, const Router& its_router)
        : acceptor(open_listener(io, options)),
          number(acceptor.local_endpoint().port()),
          router(its_router),
          changed(io) {
        if (!options.tls.certificate.empty()) tls.emplace(options.tls);
    }

    Stream stream_of(tcp::socket socket) {
        return tls ? Stream(std::move(socket), tls->current()) : Stream(std::move(socket));
    }

    tcp::acceptor acceptor;
    const std::uint16_t number;
    const Router& router;
    std::size_t extra_connections = 0;  ///< beside those that all ports share
    asio::steady_timer changed;         ///< cancelled when a connection ends
    std::optional<TlsFiles> tls;
};

}  // namespace

/// All of it is of the thread that is in `run_until_signal`, but for `stop`'s post. The order of
/// the members is that of their ends, backwards: the workers finish first, while the context that
/// they post to is there; then the connections; then the context with their coroutines.
struct Server::State {
    State(
        const Options& given,
        const Router& router,
        metrics::Registry* metrics,
        const std::optional<SidePort>& beside
    )
        : options(given),
          handshakes(options.tls.max_handshakes),
          port(io, options, router),
          max_connections(connections_within_file_limit(options)),
          changed(io),
          signals(io),
          lanes(io, options, [this] { changed.cancel(); }),
          shared{
              .options = options,
              .lanes = lanes,
              .handshakes = handshakes,
              .metrics = metrics,
              .ids = {},
              .make_body_room = [this](const Connection& asking) {
                  return make_body_room(asking);
              }} {
        if (beside) {
            side.emplace(io, side_options(options, beside->port), beside->router);
            side->extra_connections = kSideConnections;
        }
    }

    asio::awaitable<void> accept(Port& from);
    asio::awaitable<void> wait_for_room(Port& from);
    std::size_t limit_of(const Port& from) const {
        return max_connections + from.extra_connections;
    }
    asio::awaitable<void> serve(std::shared_ptr<Connection> connection);
    asio::awaitable<void> end();
    static asio::awaitable<void> wait_until(asio::steady_timer& change, Clock::time_point time);
    asio::awaitable<void> wait_for_work();
    using Choice = std::function<bool(const Connection&)>;
    std::shared_ptr<Connection> longest_waiting(const Choice& is_meant) const;
    bool close_one(const Choice& is_meant);
    bool has_room_for(const Connection& connection);
    bool make_body_room(const Connection& asking);
    void start(Stream stream, const Router& router);
    void wait_for_signal();
    void on_signal();
    std::ptrdiff_t requests_in_work() const;
    void call_cancel();
    void warn_sometimes(const std::string& message);

    const Options options;
    Handshakes handshakes;
    asio::io_context io{1};
    Port port;
    std::optional<Port> side;
    const std::size_t max_connections;
    asio::steady_timer
        changed;  ///< cancelled when a connection or work after an answer ends, or a signal comes
    asio::signal_set signals;
    std::unordered_set<std::shared_ptr<Connection>> connections;
    Lanes lanes;
    Shared shared;
    std::function<void()> cancel;
    Clock::time_point deadline;  ///< at shutdown, for what is in work
    bool cancelling = false;
    Clock::time_point last_warning;
    std::jthread canceller;
};

asio::awaitable<void> Server::State::accept(Port& from) {
    while (!shared.ending) {
        if (connections.size() >= limit_of(from)) co_await wait_for_room(from);
        if (shared.ending) co_return;
        error_code error;
        tcp::socket socket =
            co_await from.acceptor.async_accept(asio::redirect_error(asio::use_awaitable, error));
        if (shared.ending) co_return;
        if (!error) {
            start(from.stream_of(std::move(socket)), from.router);
        } else if (error != asio::error::connection_aborted) {
            warn_sometimes("could not accept a connection: " + error.message());
            co_await wait_until(from.changed, Clock::now() + kAcceptPause);
        }
    }
}

/// Closes one for the next that comes, once that is there.
asio::awaitable<void> Server::State::wait_for_room(Port& from) {
    error_code error;
    co_await from.acceptor.async_wait(
        asio::socket_base::wait_read, asio::redirect_error(asio::use_awaitable, error)
    );
    const auto is_silent = [](const Connection& connection) { return connection.is_silent(); };
    const auto may_go = [](const Connection& connection) { return connection.may_go(); };
    while (!shared.ending && connections.size() >= limit_of(from)) {
        if (close_one(is_silent) || close_one(may_go)) co_return;
        warn_sometimes(
            fmt::format("all {} connections are in use; new connections wait", connections.size())
        );
        co_await wait_until(from.changed, Clock::now() + kAcceptPause);
    }
}

std::shared_ptr<Connection> Server::State::longest_waiting(const Choice& is_meant) const {
    std::shared_ptr<Connection> found;
    for (const auto& connection : connections) {
        if (!is_meant(*connection)) continue;
        if (!found || connection->since() < found->since()) found = connection;
    }
    return found;
}

bool Server::State::close_one(const Choice& is_meant) {
    const auto connection = longest_waiting(is_meant);
    if (!connection) return false;
    warn_sometimes(fmt::format(
        "{} connections are open; idle ones are closed for new ones", connections.size()
    ));
    connection->close();
    connections.erase(connection);  // its coroutine keeps it until it has noticed
    return true;
}

/// Nobody may take all connections, but for proxies: theirs are of many clients.
bool Server::State::has_room_for(const Connection& connection) {
    const auto& address = connection.peer_address();
    const std::size_t limit = options.max_connections_per_client;
    if (!address || connections.size() < limit) return true;
    if (is_trusted(*address, options.trusted_proxies)) return true;
    const auto is_same = [&](const Connection& other) { return other.peer_address() == address; };
    const auto count = std::count_if(
        connections.begin(), connections.end(), [&](const auto& other) { return is_same(*other); }
    );
    if (static_cast<std::size_t>(count) < limit) return true;
    warn_sometimes(fmt::format("{} has {} connections, which is the limit", address->str(), count));
    return close_one([&](const Connection& other) { return is_same(other) && other.may_go(); });
}

bool Server::State::make_body_room(const Connection& asking) {
    const auto oldest =
        longest_waiting([](const Connection& connection) { return connection.is_reading_body(); });
    if (!oldest || oldest.get() == &asking) return false;
    oldest->drop_body();
    return true;
}

void Server::State::start(Stream stream, const Router& router) {
    const auto connection = std::make_shared<Connection>(std::move(stream), router, shared);
    if (!has_room_for(*connection)) return connection->close();
    connections.insert(connection);
    auto done = [this, connection](const std::exception_ptr& error) {
        if (error) log::error("connection failed: " + text_of(error));
        connection->close();
        connections.erase(connection);
        changed.cancel();
        port.changed.cancel();
        if (side) side->changed.cancel();
    };
    asio::co_spawn(io, serve(connection), std::move(done));
}

// A coroutine of its own, so that its frame keeps the connection.
asio::awaitable<void> Server::State::serve(std::shared_ptr<Connection> connection) {
    co_await connection->run();
}

asio::awaitable<void> Server::State::wait_until(
    asio::steady_timer& change, Clock::time_point time
) {
    error_code ignored;
    change.expires_at(time);
    co_await change.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

asio::awaitable<void> Server::State::wait_for_work() {
    const auto is_over = [this] { return connections.empty() && lanes.going_on() == 0; };
    while (!is_over() && Clock::now() < deadline) co_await wait_until(changed, deadline);
}

void Server::State::wait_for_signal() {
    signals.async_wait([this](error_code error, int) {
        if (error) return;
        on_signal();
        wait_for_signal();
    });
}

void Server::State::on_signal() {
    if (shared.ending) {
        if (!cancelling) deadline = Clock::now();
        changed.cancel();
        return;
    }
    shared.ending = true;
    deadline = Clock::now() + options.shutdown_timeout;
    auto done = [this](const std::exception_ptr& error) {
        if (error) log::error("shutdown failed: " + text_of(error));
        io.stop();
    };
    asio::co_spawn(io, end(), std::move(done));
}

asio::awaitable<void> Server::State::end() {
    error_code ignored;
    port.acceptor.close(ignored);
    if (side) side->acceptor.close(ignored);
    for (const auto& connection : connections) connection->wind_down();
    log::info(fmt::format("shutting down; requests in progress: {}", requests_in_work()));
    co_await wait_for_work();
    if (const auto working = requests_in_work(); working > 0) {
        log::warn(fmt::format("canceling the requests in progress: {}", working));
        cancelling = true;
        lanes.hurry();
        call_cancel();
        deadline = Clock::now() + kAfterCancel;
        co_await wait_for_work();
    }
    if (const auto working = requests_in_work(); working > 0) {
        log::error(fmt::format("requests that did not finish: {}", working));
    }
    for (const auto& connection : connections) connection->close();
}

std::ptrdiff_t Server::State::requests_in_work() const {
    const auto working = [](const auto& connection) { return connection->is_working(); };
    return std::count_if(connections.begin(), connections.end(), working) +
           static_cast<std::ptrdiff_t>(lanes.going_on());
}

void Server::State::call_cancel() {
    if (!cancel) return;
    // Cancelling a statement takes a connection to its server; the answers must get out meanwhile.
    canceller = std::jthread([work = std::exchange(cancel, nullptr)] {
        try {
            work();
        } catch (...) {
            log::error("could not cancel requests: " + text_of(std::current_exception()));
        }
    });
}

void Server::State::warn_sometimes(const std::string& message) {
    const Clock::time_point now = Clock::now();
    if (last_warning != Clock::time_point() && now - last_warning < kBetweenWarnings) return;
    last_warning = now;
    log::warn(message);
}

Server::Server(
    const Options& options,
    const Router& router,
    metrics::Registry* metrics,
    const std::optional<SidePort>& side
)
    : state_(std::make_unique<State>(options, router, metrics, side)) {
    // Before the line that tells others to begin: a SIGTERM that follows it at once is no crash.
    state_->signals.add(SIGINT);
    state_->signals.add(SIGTERM);
    if (side) {
        log::always(side->purpose + " on " + to_text(state_->side->acceptor.local_endpoint()));
    }
    const std::string scheme = state_->port.tls ? "https://" : "";
    log::always("listening on " + scheme + to_text(state_->port.acceptor.local_endpoint()));
}

Server::~Server() = default;

std::uint16_t Server::port() const { return state_->port.number; }

std::uint16_t Server::side_port() const { return state_->side ? state_->side->number : 0; }

int Server::run_until_signal(std::function<void()> cancel) {
    State& state = *state_;
    state.cancel = std::move(cancel);
    state.wait_for_signal();
    auto done = [](const std::exception_ptr& error) {
        if (error) log::error("stopped accepting connections: " + text_of(error));
    };
    asio::co_spawn(state.io, state.accept(state.port), done);
    if (state.side) asio::co_spawn(state.io, state.accept(*state.side), done);
    state.io.run();
    state.signals.clear();
    if (state.canceller.joinable()) state.canceller.join();
    return 0;
}

void Server::stop() {
    asio::post(state_->io, [state = state_.get()] { state->on_signal(); });
}

}  // namespace migrator::http
