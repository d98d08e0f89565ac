#include "http/stream.hpp"

#include <netinet/tcp.h>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace migrator::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

Stream::Stream(tcp::socket socket) : socket_(std::move(socket)) {
    // Answers are written in one go; waiting for more would only delay them.
    error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
}

Stream::Stream(tcp::socket socket, const TlsContext& context) : Stream(std::move(socket)) {
    error_code ignored;
    socket_.native_non_blocking(true, ignored);
    tls_ = std::make_unique<TlsSession>(context, socket_.native_handle());
}

asio::awaitable<Stream::Greeting> Stream::handshake(Handshakes& handshakes, std::string& problem) {
    if (!tls_) co_return Greeting::Done;
    Handshakes::Place place(handshakes, *this);
    problem = "too many handshakes in progress";
    if (place.refused()) co_return Greeting::Failed;
    const std::uint64_t round = round_;
    TlsSession::Result result = TlsSession::Result::WantsRead;
    while (result == TlsSession::Result::WantsRead || result == TlsSession::Result::WantsWrite) {
        place.begins_to_wait();
        error_code error = co_await wait(result, round);
        place.ends_to_wait();
        if (!error) co_await place.turn();
        if (!error && round != round_) error = asio::error::operation_aborted;
        if (error) {
            problem = "not complete in time";
            co_return Greeting::Failed;
        }
        result = tls_->handshake();
    }
    if (result == TlsSession::Result::Done) {
        acknowledge();
        co_return Greeting::Done;
    }
    problem = tls_->problem();
    const bool is_refused = tls_->refused_certificate();
    if (!is_refused && !tls_->spoke_plain_http()) co_return Greeting::Failed;
    tls_.reset();  // what the client still sends can be taken in
    co_return is_refused ? Greeting::Refused : Greeting::PlainHttp;
}

/// The end of a handshake is the client's, and without tickets nothing answers it: a client without
/// TCP_NODELAY would keep its request back until our system acknowledges it, 40 ms later.
void Stream::acknowledge() {
    using QuickAck = asio::detail::socket_option::boolean<IPPROTO_TCP, TCP_QUICKACK>;
    error_code ignored;
    socket_.set_option(QuickAck(true), ignored);
}

/// Until the socket is ready for what TLS wants. `round` is that in which the caller began: what is
/// cancelled between two waits is cancelled as well, and a closed socket isn't touched.
asio::awaitable<error_code> Stream::wait(TlsSession::Result wanted, std::uint64_t round) {
    error_code error;
    const auto readiness =
        wanted == TlsSession::Result::WantsWrite ? tcp::socket::wait_write : tcp::socket::wait_read;
    if (round == round_) {
        co_await socket_.async_wait(readiness, asio::redirect_error(asio::use_awaitable, error));
    }
    if (!error && round != round_) error = asio::error::operation_aborted;
    co_return error;
}

template <typename Step>
asio::awaitable<error_code> Stream::until_done(Step& step) {
    const std::uint64_t round = round_;
    error_code error;
    if (!socket_.is_open()) error = asio::error::bad_descriptor;
    while (!error) {
        const TlsSession::Result result = step();
        switch (result) {
            case TlsSession::Result::Done:
                // A fast client has always something ready: without a break here nobody else
                // would be served meanwhile.
                co_await asio::post(socket_.get_executor(), asio::use_awaitable);
                co_return error;
            case TlsSession::Result::Ended:
                co_return asio::error::eof;
            case TlsSession::Result::Failed:
                co_return asio::error::connection_reset;
            case TlsSession::Result::WantsRead:
            case TlsSession::Result::WantsWrite:
                error = co_await wait(result, round);
        }
    }
    co_return error;
}

asio::awaitable<std::size_t> Stream::read_some(asio::mutable_buffer buffer, error_code& error) {
    if (!tls_) {
        co_return co_await socket_.async_read_some(
            buffer, asio::redirect_error(asio::use_awaitable, error)
        );
    }
    std::size_t count = 0;
    auto read = [&] { return tls_->read(buffer.data(), buffer.size(), count); };
    error = co_await until_done(read);
    co_return error ? 0 : count;
}

asio::awaitable<std::size_t> Stream::write_some(
    std::array<asio::const_buffer, 2> buffers, error_code& error
) {
    if (!tls_) {
        co_return co_await socket_.async_write_some(
            buffers, asio::redirect_error(asio::use_awaitable, error)
        );
    }
    const asio::const_buffer& first = buffers[0].size() > 0 ? buffers[0] : buffers[1];
    std::size_t count = 0;
    auto write = [&] { return tls_->write(first.data(), first.size(), count); };
    error = co_await until_done(write);
    co_return error ? 0 : count;
}

void Stream::end_writing() {
    if (tls_) tls_->end_writing();
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
}

void Stream::cancel() {
    ++round_;
    error_code ignored;
    socket_.cancel(ignored);
}

void Stream::close() {
    ++round_;
    if (tls_ && socket_.is_open()) tls_->end_writing();
    error_code ignored;
    socket_.close(ignored);
}

tcp::endpoint Stream::peer(error_code& error) const { return socket_.remote_endpoint(error); }

std::optional<ClientCertificate> Stream::certificate() const {
    return tls_ ? tls_->certificate() : std::nullopt;
}

asio::any_io_executor Stream::executor() { return socket_.get_executor(); }

}  // namespace migrator::http
