#pragma once

#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "http/handshakes.hpp"
#include "http/tls_session.hpp"

namespace migrator::http {

/// The bytes that a client sends and gets, over plain TCP or TLS. For the sockets' thread only, one
/// reader and one writer at a time.
class Stream {
public:
    explicit Stream(boost::asio::ip::tcp::socket socket);
    /// Over TLS: `handshake` comes first.
    Stream(boost::asio::ip::tcp::socket socket, const TlsContext& context);

    enum class Greeting : std::uint8_t {
        Done,
        PlainHttp,  ///< the client speaks HTTP without TLS; from now on this stream does, too
        Refused,    ///< the client's certificate: none, or not a good one
        Failed,     ///< in any other way, or it was cancelled
    };
    /// Done at once without TLS. `problem` says why it was refused or has failed.
    boost::asio::awaitable<Greeting> handshake(Handshakes& handshakes, std::string& problem);

    /// Bytes read, at least one unless there is an error: `asio::error::eof` at the client's end.
    boost::asio::awaitable<std::size_t> read_some(
        boost::asio::mutable_buffer buffer, boost::system::error_code& error
    );
    /// Bytes written, from the front of the two buffers on.
    boost::asio::awaitable<std::size_t> write_some(
        std::array<boost::asio::const_buffer, 2> buffers, boost::system::error_code& error
    );
    /// Nothing more is written; what the client sends can still be read.
    void end_writing();
    /// What waits ends with `operation_aborted`. Reading and writing may go on.
    void cancel();
    void close();

    /// With an error when the client has gone.
    boost::asio::ip::tcp::endpoint peer(boost::system::error_code& error) const;
    /// What the client proved with TLS, after the handshake.
    std::optional<ClientCertificate> certificate() const;
    boost::asio::any_io_executor executor();
    /// To wait for, not to read from.
    boost::asio::ip::tcp::socket& socket() { return socket_; }

private:
    void acknowledge();
    boost::asio::awaitable<boost::system::error_code> wait(
        TlsSession::Result wanted, std::uint64_t round
    );
    template <typename Step>
    boost::asio::awaitable<boost::system::error_code> until_done(Step& step);

    boost::asio::ip::tcp::socket socket_;
    std::unique_ptr<TlsSession> tls_;  ///< null: plain TCP
    std::uint64_t round_ = 0;          ///< a new one with each `cancel` and `close`
};

}  // namespace migrator::http
