#include "http/tls_session.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <cerrno>
#include <limits>
#include <new>
#include <system_error>

#include "core/freed_by.hpp"
#include "http/client_certificate.hpp"

namespace migrator::http {

namespace {

// OpenSSL's own writes with write(), which raises SIGPIPE when the client has gone.
int send_without_signal(BIO* bio, const char* bytes, int size) {
    int socket = -1;
    BIO_get_fd(bio, &socket);
    BIO_clear_retry_flags(bio);
    const auto sent = ::send(socket, bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
    if (sent < 0 && BIO_sock_should_retry(-1) != 0) BIO_set_retry_write(bio);
    return static_cast<int>(sent);
}

/// OpenSSL's socket but for its writing.
BIO_METHOD* make_socket_method() {
    const BIO_METHOD* socket = BIO_s_socket();
    BIO_METHOD* method = BIO_meth_new(BIO_TYPE_SOCKET, "socket without SIGPIPE");
    if (method == nullptr) throw std::bad_alloc();
    BIO_meth_set_write(method, send_without_signal);
    BIO_meth_set_read(method, BIO_meth_get_read(socket));
    BIO_meth_set_puts(method, BIO_meth_get_puts(socket));
    BIO_meth_set_ctrl(method, BIO_meth_get_ctrl(socket));
    BIO_meth_set_create(method, BIO_meth_get_create(socket));
    BIO_meth_set_destroy(method, BIO_meth_get_destroy(socket));
    return method;
}

BIO* make_socket(int descriptor) {
    static const std::unique_ptr<BIO_METHOD, FreedBy<BIO_meth_free>> method(make_socket_method());
    BIO* bio = BIO_new(method.get());
    if (bio == nullptr) throw std::bad_alloc();
    BIO_set_fd(bio, descriptor, BIO_NOCLOSE);
    return bio;
}

}  // namespace

void TlsSession::Free::operator()(ssl_st* ssl) const noexcept { SSL_free(ssl); }

TlsSession::TlsSession(const TlsContext& context, int socket) : ssl_(SSL_new(context.get())) {
    if (!ssl_) throw std::bad_alloc();
    BIO* bio = make_socket(socket);
    SSL_set_bio(ssl_.get(), bio, bio);  // which frees it
    SSL_set_accept_state(ssl_.get());
}

TlsSession::~TlsSession() = default;

TlsSession::Result TlsSession::handshake() {
    ERR_clear_error();
    const Result result = result_of(SSL_do_handshake(ssl_.get()));
    usable_ = result == Result::Done;
    if (result == Result::Ended) problem_ = "the client has closed the connection";
    return result;
}

TlsSession::Result TlsSession::read(void* bytes, std::size_t size, std::size_t& count) {
    ERR_clear_error();
    return result_of(SSL_read_ex(ssl_.get(), bytes, size, &count));
}

TlsSession::Result TlsSession::write(const void* bytes, std::size_t size, std::size_t& count) {
    ERR_clear_error();
    return result_of(SSL_write_ex(ssl_.get(), bytes, size, &count));
}

void TlsSession::end_writing() {
    if (!usable_ || has_ended_writing_) return;
    has_ended_writing_ = true;
    // A socket that takes nothing now gets no such record: its client sees the end of the bytes.
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
}

TlsSession::Result TlsSession::result_of(int returned) {
    const int system_error = errno;
    switch (SSL_get_error(ssl_.get(), returned)) {
        case SSL_ERROR_NONE:
            return Result::Done;
        case SSL_ERROR_WANT_READ:
            return Result::WantsRead;
        case SSL_ERROR_WANT_WRITE:
            return Result::WantsWrite;
        case SSL_ERROR_ZERO_RETURN:
            return Result::Ended;
        case SSL_ERROR_SSL: {
            const unsigned long code = ERR_peek_error();
            spoke_plain_http_ = ERR_GET_REASON(code) == SSL_R_HTTP_REQUEST;
            refused_certificate_ = ERR_GET_REASON(code) == SSL_R_CERTIFICATE_VERIFY_FAILED ||
                                   ERR_GET_REASON(code) == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE;
            const char* reason = ERR_reason_error_string(code);
            problem_ = reason == nullptr ? "TLS error" : reason;
            const long verified = SSL_get_verify_result(ssl_.get());
            if (verified != X509_V_OK) {
                problem_ += std::string(" (") + X509_verify_cert_error_string(verified) + ")";
            }
            break;
        }
        default:
            problem_ = std::generic_category().message(system_error);
    }
    ERR_clear_error();
    usable_ = false;
    return Result::Failed;
}

std::optional<ClientCertificate> TlsSession::certificate() const {
    const X509* certificate = SSL_get0_peer_certificate(ssl_.get());
    if (certificate == nullptr || SSL_get_verify_result(ssl_.get()) != X509_V_OK) return {};
    return read_client_certificate(certificate);
}

}  // namespace migrator::http
