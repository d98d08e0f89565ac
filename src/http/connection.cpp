#include "http/connection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <chrono>
#include <utility>

#include "core/ascii.hpp"
#include "core/log.hpp"
#include "http/browser_check.hpp"
#include "http/client_address.hpp"
#include "http/response_head.hpp"
#include "http/text.hpp"

namespace migrator::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

namespace {

constexpr int kUnavailable = 503;
constexpr std::size_t kReadBytes = 8192;
/// How much of a spooled body is in memory for a client at a time.
constexpr std::size_t kPieceBytes = 65'536;
/// Of each body, beside what all may take together: small requests are read whatever large ones
/// have taken.
constexpr std::size_t kUncountedBody = 16'384;
/// How long to take in what a client still sends, after an answer with which we close. Closing
/// at once would make its system drop the answer ("connection reset").
constexpr milliseconds kLinger = std::chrono::seconds(5);
/// At shutdown: for that, and for the rest of a request that is on its way.
constexpr milliseconds kLastWords = std::chrono::seconds(1);

std::string text_of_address(const Stream& stream) {
    error_code error;
    const tcp::endpoint peer = stream.peer(error);
    if (error) return "-";  // it has gone already
    const asio::ip::address address = peer.address();
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
    }
    return address.to_string();
}

std::string in_seconds(milliseconds time) {
    return fmt::format("{:.3g} s", static_cast<double>(time.count()) / 1000);
}

Refusal no_room() {
    return {
        .status = kUnavailable,
        .message = "too many large requests are on their way; try again later"};
}

bool is_redirect(const Response& response) {
    return response.status == 301 || response.status == 307;
}

/// About what the client sent: chunks have left no trace.
std::size_t size_of(const Request& request) {
    constexpr std::size_t kRequestLine = sizeof("  HTTP/1.1\r\n") - 1;
    constexpr std::size_t kField = sizeof(": \r\n") - 1;
    constexpr std::size_t kEmptyLine = 2;
    std::size_t size = request.method.size() + request.target.size() + kRequestLine;
    for (const auto& [name, value] : request.headers) size += name.size() + value.size() + kField;
    return size + kEmptyLine + request.body.size();
}

/// Fills `piece` from `offset` on. False when that failed, which is logged.
bool read_piece(Spool& spool, std::size_t offset, std::string& piece, const RequestTrace& trace) {
    std::string problem = "the response is shorter than its announced length";
    try {
        if (spool.read(offset, piece.data(), piece.size()) == piece.size()) return true;
    } catch (...) {
        problem = text_of(std::current_exception());
    }
    const log::RequestScope scope(trace.id, trace.traceparent);
    log::error("could not send a large response: " + problem);
    return false;
}

}  // namespace

struct Connection::Exchange {
    Exchange(const Request& request, unsigned its_version)
        : version(its_version),
          method(request.method),
          host(request.header("Host").value_or("")),
          trace(trace_of(request)),
          request_bytes(size_of(request)) {}

    const std::chrono::steady_clock::time_point begun = std::chrono::steady_clock::now();
    const unsigned version;
    const std::string method;
    const std::string host;
    const RequestTrace trace;
    const std::size_t request_bytes;
    const Router::Route* route = nullptr;  ///< null until there is one; and unless it counts
};

Connection::Connection(Stream stream, const Router& router, Shared& shared)
    : stream_(std::move(stream)),
      router_(router),
      shared_(shared),
      watchdog_(stream_),
      peer_watch_(stream_.socket()),
      peer_(text_of_address(stream_)),
      peer_address_(IpAddress::parse(peer_)) {}

asio::awaitable<void> Connection::run() {
    Next next = co_await shake_hands();
    while (next == Next::Request) next = co_await serve_one();
    if (next == Next::Linger) co_await linger();
    watchdog_.disarm();
    close();
}

void Connection::wind_down() {
    if (phase_ == Phase::Idle) watchdog_.limit(milliseconds::zero());
    if (phase_ == Phase::Reading || phase_ == Phase::Lingering) watchdog_.limit(kLastWords);
}

void Connection::close() {
    hold_body(0);
    stream_.close();
}

asio::awaitable<Connection::Next> Connection::shake_hands() {
    watchdog_.arm(shared_.options.tls.handshake_timeout);
    std::string problem;
    switch (co_await stream_.handshake(shared_.handshakes, problem)) {
        case Stream::Greeting::Done:
            co_return Next::Request;
        case Stream::Greeting::PlainHttp: {
            const Refusal refusal{
                .status = 400, .message = "this port speaks HTTPS, not plain HTTP"};
            co_return (co_await refuse(refusal, "")) ? Next::Linger : Next::Close;
        }
        case Stream::Greeting::Refused:
            log::info(fmt::format("clientIP={} TLS client certificate refused: {}", peer_, problem)
            );
            co_return Next::Linger;
        case Stream::Greeting::Failed:
            log::debug(fmt::format("clientIP={} TLS handshake failed: {}", peer_, problem));
    }
    co_return Next::Close;
}

asio::awaitable<Connection::Next> Connection::serve_one() {
    const Options& options = shared_.options;
    RequestParser parser(
        {.header_bytes = options.max_header_bytes, .body_bytes = options.max_body_bytes}
    );
    if (!co_await read(parser)) co_return Next::Close;
    std::optional<Refusal> refusal = parser.refusal();
    if (has_no_room_) refusal = no_room();
    if (!refusal && !parser.complete()) refusal = too_slow();
    if (refusal) {
        const std::string path = parser.path();
        parser.drop_body();
        hold_body(0);
        co_return (co_await refuse(*refusal, path)) ? Next::Linger : Next::Close;
    }

    is_first_ = false;
    enter(Phase::Working);
    watchdog_.disarm();
    Request request = parser.take();
    request.id = shared_.ids.id_of(request, std::chrono::system_clock::now());
    request.client_ip = client_ip(request);
    request.certificate = stream_.certificate();
    Exchange exchange(request, parser.version());
    request.gone = peer_watch_.begin();
    Response response = co_await answer(std::move(request), exchange);
    peer_watch_.end();
    hold_body(0);

    const bool keep_alive = parser.keep_alive() && !shared_.ending;
    const std::string head = response_head(
        response,
        {.version = exchange.version,
         .keep_alive = keep_alive,
         .now = std::chrono::system_clock::now()}
    );
    const bool with_body = has_body(response) && exchange.method != "HEAD";
    const std::size_t body_bytes = with_body ? body_size(response) : 0;
    const bool sent = co_await send(head, response, with_body, exchange);
    if (exchange.route != nullptr) record(exchange, response.status, body_bytes);
    if (!sent) co_return Next::Close;
    co_return keep_alive && !shared_.ending ? Next::Request : Next::Linger;
}

/// False when there is nothing to answer: the client has gone, or was idle for too long.
/// Otherwise the request is complete or refused, or there was no room for it; none of these means
/// that its time was over.
asio::awaitable<bool> Connection::read(RequestParser& parser) {
    const Options& options = shared_.options;
    enter(Phase::Idle);
    watchdog_.arm(
        is_first_ ? std::min(options.first_head_timeout, options.keep_alive_timeout)
                  : options.keep_alive_timeout
    );
    while (true) {
        pending_.erase(0, parser.feed(pending_));
        if (!has_no_room_ && !hold_body(parser.body_bytes())) has_no_room_ = true;
        if (has_no_room_ || parser.refusal() || parser.complete()) co_return true;
        if (shared_.ending && !parser.begun()) co_return false;
        if (parser.begun()) begin_request(parser);
        if (parser.take_continue()) {
            const Watchdog::Duration left = watchdog_.left();
            if (!co_await write("HTTP/1.1 100 Continue\r\n\r\n", "")) co_return false;
            watchdog_.arm(left);
        }
        const error_code error = co_await read_some();
        if (error) co_return has_no_room_ || (phase_ == Phase::Reading && watchdog_.expired());
    }
}

/// Arms the watchdog for what is to come of it, when it has begun or its first header is there.
void Connection::begin_request(const RequestParser& parser) {
    const Options& options = shared_.options;
    if (phase_ == Phase::Idle) {
        const auto silent = Clock::now() - since_;
        enter(Phase::Reading);
        const Watchdog::Duration time = options.read_timeout;
        const Watchdog::Duration of_head = options.first_head_timeout - silent;
        watchdog_.arm(is_first_ ? std::min(time, of_head) : time);
        if (shared_.ending) watchdog_.arm(kLastWords);
    }
    if (!is_first_ || !parser.header_complete()) return;
    is_first_ = false;
    if (!shared_.ending) watchdog_.arm(options.read_timeout - (Clock::now() - since_));
}

void Connection::enter(Phase phase) {
    phase_ = phase;
    since_ = Clock::now();
}

void Connection::drop_body() {
    hold_body(0);
    has_no_room_ = true;
    stream_.cancel();
}

/// Counts what the body of the request takes now. False when there is no room for that much.
bool Connection::hold_body(std::size_t bytes) {
    const std::size_t wanted = bytes - std::min(bytes, kUncountedBody);
    const std::size_t limit =
        std::max(shared_.options.max_body_memory_bytes, shared_.options.max_body_bytes);
    while (wanted > body_memory_ && shared_.body_memory - body_memory_ + wanted > limit) {
        if (!shared_.make_body_room || !shared_.make_body_room(*this)) return false;
    }
    shared_.body_memory += wanted - body_memory_;
    body_memory_ = wanted;
    return true;
}

asio::awaitable<error_code> Connection::read_some() {
    error_code error = asio::error::timed_out;
    if (watchdog_.expired()) co_return error;
    const std::size_t had = pending_.size();
    pending_.resize(had + kReadBytes);
    const std::size_t got =
        co_await stream_.read_some(asio::buffer(pending_.data() + had, kReadBytes), error);
    pending_.resize(had + got);
    co_return error;
}

/// False when the client has gone or has stopped reading.
asio::awaitable<bool> Connection::write(std::string_view head, std::string_view body) {
    while (!head.empty() || !body.empty()) {
        const std::array<asio::const_buffer, 2> buffers{
            asio::buffer(head.data(), head.size()), asio::buffer(body.data(), body.size())};
        watchdog_.arm(shared_.options.write_timeout);
        error_code error;
        const std::size_t sent = co_await stream_.write_some(buffers, error);
        if (error) co_return false;
        const std::size_t of_head = std::min(sent, head.size());
        head.remove_prefix(of_head);
        body.remove_prefix(sent - of_head);
    }
    co_return true;
}

/// As `write`, the whole answer. What was spooled is given back as soon as it is read.
asio::awaitable<bool> Connection::send(
    std::string_view head, Response& response, bool with_body, const Exchange& exchange
) {
    if (!with_body) {
        response.spooled.reset();
        co_return co_await write(head, "");
    }
    if (!co_await write(head, response.body)) co_return false;
    std::string piece;
    std::size_t left = response.spooled ? response.spooled->size() : 0;
    for (std::size_t offset = 0; left > 0;) {
        piece.resize(std::min(left, kPieceBytes));
        if (!read_piece(*response.spooled, offset, piece, exchange.trace)) co_return false;
        offset += piece.size();
        left -= piece.size();
        if (left > 0 && !co_await write(piece, "")) co_return false;
    }
    response.spooled.reset();
    co_return co_await write(piece, response.tail);
}

asio::awaitable<bool> Connection::refuse(const Refusal& refusal, const std::string& path) {
    log::info(fmt::format("clientIP={} refused: {} {}", peer_, refusal.status, refusal.message));
    Response response{
        .status = refusal.status,
        .content_type = "application/json; charset=utf-8",
        .body = router_.error_body(path, refusal.status, refusal.message),
        .headers = {}};
    if (refusal.status == kUnavailable) response.headers.emplace_back("Retry-After", "1");
    add_headers(response);
    const std::string head = response_head(
        response, {.version = 11, .keep_alive = false, .now = std::chrono::system_clock::now()}
    );
    co_return co_await write(head, response.body);
}

std::optional<Response> Connection::refused_browser(
    const Request& request, const Exchange& exchange
) const {
    const auto problem = browser_problem(
        request,
        {.peer = peer_address_,
         .version = exchange.version,
         .allowed_hosts = shared_.options.allowed_hosts}
    );
    if (!problem) return std::nullopt;
    constexpr int kForbidden = 403;
    log_request(request, exchange);
    const log::RequestScope scope(exchange.trace.id, exchange.trace.traceparent);
    log::warn("refused a browser's request: " + *problem);
    Response response{
        .status = kForbidden,
        .content_type = "application/json; charset=utf-8",
        .body = router_.error_body(request.path, kForbidden, *problem),
        .headers = {}};
    add_headers(response);
    return response;
}

asio::awaitable<Response> Connection::answer(Request request, Exchange& exchange) {
    if (auto refused = refused_browser(request, exchange)) co_return std::move(*refused);
    auto found = router_.find(request);
    if (auto* response = std::get_if<Response>(&found)) {
        if (!is_redirect(*response)) {
            log_request(request, exchange);
            add_headers(*response);
        }
        co_return std::move(*response);
    }
    const Router::Route& route = *std::get<const Router::Route*>(found);
    request.parameter = route.parameter_of(request.path);
    if (!route.bare) {
        exchange.route = &route;
        log_request(request, exchange);
    }
    Response response = co_await shared_.lanes.answer(router_, route, std::move(request));
    if (!route.bare) add_headers(response);
    co_return response;
}

/// Takes in and drops what the client still sends, until it closes its side.
asio::awaitable<void> Connection::linger() {
    enter(Phase::Lingering);
    watchdog_.arm(shared_.ending ? kLastWords : kLinger);
    stream_.end_writing();
    error_code error;
    while (!error) {
        pending_.clear();
        error = co_await read_some();
    }
}

Refusal Connection::too_slow() const {
    const Options& options = shared_.options;
    const milliseconds time = is_first_ ? std::min(options.read_timeout, options.first_head_timeout)
                                        : options.read_timeout;
    return {.status = 408, .message = "the request was not complete within " + in_seconds(time)};
}

std::string Connection::client_ip(const Request& request) const {
    if (!peer_address_) return peer_;
    return client_address(request, *peer_address_, shared_.options.trusted_proxies).str();
}

void Connection::log_request(const Request& request, const Exchange& exchange) const {
    const log::RequestScope scope(exchange.trace.id, exchange.trace.traceparent);
    const std::string target = escape_for_log(request.target);
    log::info(
        fmt::format("clientIP={} method={} request={}", request.client_ip, request.method, target),
        {{"clientIP", request.client_ip}, {"method", request.method}, {"request", target}}
    );
}

void Connection::record(const Exchange& exchange, int status, std::size_t body_bytes) const {
    const std::chrono::duration<double> duration =
        std::chrono::steady_clock::now() - exchange.begun;
    if (log::enabled(log::Level::Debug)) {
        const log::RequestScope scope(exchange.trace.id, exchange.trace.traceparent);
        log::debug(
            fmt::format("status={} duration={:.4f} bytes={}", status, duration.count(), body_bytes),
            {{"status", std::int64_t{status}},
             {"duration", duration.count()},
             {"bytes", static_cast<std::int64_t>(body_bytes)}}
        );
    }
    if (shared_.metrics == nullptr) return;
    shared_.metrics->request_done(
        {.method = exchange.method,
         .path = exchange.route->pattern,
         .host = exchange.host,
         .status = status,
         .duration = duration,
         .request_bytes = exchange.request_bytes,
         .response_bytes = body_bytes}
    );
}

void Connection::add_headers(Response& response) const {
    const Headers& added = router_.headers();
    response.headers.insert(response.headers.end(), added.begin(), added.end());
}

}  // namespace migrator::http
