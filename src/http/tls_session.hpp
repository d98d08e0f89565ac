#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "http/message.hpp"
#include "http/tls_context.hpp"

struct ssl_st;

namespace migrator::http {

/// The server's side of TLS over a connected socket that does not block and that another owns.
/// Nothing here waits: each call does what can be done now. For the sockets' thread only.
class TlsSession {
public:
    enum class Result : std::uint8_t {
        Done,
        WantsRead,   ///< call again when the socket has something to read
        WantsWrite,  ///< call again when it takes something
        Ended,       ///< the client sends nothing more
        Failed,      ///< nothing can be read or written any more
    };

    TlsSession(const TlsContext& context, int socket);
    ~TlsSession();
    TlsSession(const TlsSession&) = delete;
    TlsSession& operator=(const TlsSession&) = delete;

    Result handshake();
    /// After a `handshake` that failed: the client has sent HTTP without TLS. Nothing was written.
    bool spoke_plain_http() const { return spoke_plain_http_; }
    /// After a `handshake` that failed: the certificate that the client showed, or that it had
    /// none.
    bool refused_certificate() const { return refused_certificate_; }
    /// Why it failed, for the log.
    const std::string& problem() const { return problem_; }

    /// With Done: 1 to `size` bytes; `count` says how many.
    Result read(void* bytes, std::size_t size, std::size_t& count);
    Result write(const void* bytes, std::size_t size, std::size_t& count);

    /// Tells the client that nothing more is written, unless the session has failed.
    void end_writing();

    /// What the client proved; nothing when it showed no certificate.
    std::optional<ClientCertificate> certificate() const;

private:
    struct Free {
        void operator()(ssl_st* ssl) const noexcept;
    };
    Result result_of(int returned);

    std::unique_ptr<ssl_st, Free> ssl_;
    bool usable_ = false;  ///< the handshake is done and nothing has failed since
    bool has_ended_writing_ = false;
    bool spoke_plain_http_ = false;
    bool refused_certificate_ = false;
    std::string problem_;
};

}  // namespace migrator::http
