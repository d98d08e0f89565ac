#include "http/stream.hpp"

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

asio::awaitable<std::size_t> Stream::read_some(asio::mutable_buffer buffer, error_code& error) {
    co_return co_await socket_.async_read_some(
        buffer, asio::redirect_error(asio::use_awaitable, error)
    );
}

asio::awaitable<std::size_t> Stream::write_some(
    std::array<asio::const_buffer, 2> buffers, error_code& error
) {
    co_return co_await socket_.async_write_some(
        buffers, asio::redirect_error(asio::use_awaitable, error)
    );
}

asio::awaitable<error_code> Stream::wait_for_input() {
    error_code error;
    co_await socket_.async_wait(
        tcp::socket::wait_read, asio::redirect_error(asio::use_awaitable, error)
    );
    co_return error;
}

void Stream::end_writing() {
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
}

void Stream::cancel() {
    error_code ignored;
    socket_.cancel(ignored);
}

void Stream::close() {
    error_code ignored;
    socket_.close(ignored);
}

tcp::endpoint Stream::peer(error_code& error) const { return socket_.remote_endpoint(error); }

asio::any_io_executor Stream::executor() { return socket_.get_executor(); }

}  // namespace migrator::http
