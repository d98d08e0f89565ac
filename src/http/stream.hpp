#pragma once

#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>

namespace migrator::http {

/// The bytes that a client sends and gets. For the sockets' thread only, one reader and one writer
/// at a time.
class Stream {
public:
    explicit Stream(boost::asio::ip::tcp::socket socket);

    /// Bytes read, at least one unless there is an error: `asio::error::eof` at the client's end.
    boost::asio::awaitable<std::size_t> read_some(
        boost::asio::mutable_buffer buffer, boost::system::error_code& error
    );
    /// Bytes written, from the front of the two buffers on.
    boost::asio::awaitable<std::size_t> write_some(
        std::array<boost::asio::const_buffer, 2> buffers, boost::system::error_code& error
    );
    /// Until `read_some` has something to say at once: bytes, the end or an error. Reads nothing.
    boost::asio::awaitable<boost::system::error_code> wait_for_input();

    /// Nothing more is written; what the client sends can still be read.
    void end_writing();
    /// What waits ends with `operation_aborted`. Reading and writing may go on.
    void cancel();
    void close();

    /// With an error when the client has gone.
    boost::asio::ip::tcp::endpoint peer(boost::system::error_code& error) const;
    boost::asio::any_io_executor executor();
    /// Below all encryption.
    boost::asio::ip::tcp::socket& socket() { return socket_; }

private:
    boost::asio::ip::tcp::socket socket_;
};

}  // namespace migrator::http
