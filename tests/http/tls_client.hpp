#pragma once

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <vector>

#include "client.hpp"
#include "core/freed_by.hpp"
#include "support/certificate.hpp"

namespace migrator::http::test {

/// What a TlsClient offers and shows.
struct TlsForm {
    int lowest = TLS1_2_VERSION;
    int highest = TLS1_3_VERSION;
    const migrator::test::Certificate* certificate = nullptr;  ///< shows none when null
    std::string protocols = std::string("\x08http/1.1");       ///< for ALPN, as on the wire
    std::string ciphers;                                       ///< of TLS 1.2; empty: OpenSSL's
};

/// A blocking client that speaks TLS. It trusts everybody; `server_name` says whom it has met.
class TlsClient : public Client {
public:
    explicit TlsClient(const TlsForm& form = {}) : context_(SSL_CTX_new(TLS_client_method())) {
        SSL_CTX* context = context_.get();
        SSL_CTX_set_security_level(context, 0);  // so that it can offer what the server refuses
        SSL_CTX_set_min_proto_version(context, form.lowest);
        SSL_CTX_set_max_proto_version(context, form.highest);
        if (!form.ciphers.empty()) SSL_CTX_set_cipher_list(context, form.ciphers.c_str());
        SSL_CTX_set_alpn_protos(
            context,
            reinterpret_cast<const unsigned char*>(form.protocols.data()),
            static_cast<unsigned int>(form.protocols.size())
        );
        if (form.certificate != nullptr) {
            SSL_CTX_use_certificate(context, form.certificate->x509.get());
            SSL_CTX_use_PrivateKey(context, form.certificate->key.get());
        }
        ssl_.reset(SSL_new(context));
    }
    TlsClient(std::uint16_t port, const TlsForm& form = {}) : TlsClient(form) {
        connect(port);
        if (!shake_hands()) throw std::runtime_error("no handshake: " + problem_);
    }
    ~TlsClient() override = default;
    TlsClient(TlsClient&&) = delete;

    /// False when the handshake fails; `problem` says why.
    bool shake_hands() {
        SSL_set_fd(ssl_.get(), socket());
        const bool done = SSL_connect(ssl_.get()) == 1;
        note_problem();
        return done;
    }
    /// OpenSSL's words, such as those for the server's alert.
    const std::string& problem() const { return problem_; }

    std::string version() const { return SSL_get_version(ssl_.get()); }
    std::string cipher() const { return SSL_get_cipher_name(ssl_.get()); }
    /// The protocol that the server chose; empty for none.
    std::string protocol() const {
        const unsigned char* name = nullptr;
        unsigned int length = 0;
        SSL_get0_alpn_selected(ssl_.get(), &name, &length);
        return {reinterpret_cast<const char*>(name), length};
    }
    /// The common name in the server's certificate.
    std::string server_name() const {
        char name[100] = "";
        X509_NAME_get_text_by_NID(
            X509_get_subject_name(SSL_get0_peer_certificate(ssl_.get())),
            NID_commonName,
            name,
            sizeof name
        );
        return name;
    }
    bool resumable() const { return SSL_SESSION_is_resumable(SSL_get0_session(ssl_.get())) == 1; }
    /// The server has said in TLS that it writes nothing more.
    bool was_told_the_end() const {
        return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
    }
    /// Asks for new keys (TLS 1.3), which go out with the next bytes.
    bool renew_keys() { return SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_REQUESTED) == 1; }
    /// Of TLS 1.2. False when the server refuses.
    bool renegotiate() {
        SSL_renegotiate(ssl_.get());
        return SSL_do_handshake(ssl_.get()) == 1;
    }

protected:
    ssize_t send_some(std::string_view bytes) override {
        return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
    }
    ssize_t receive_some(char* bytes, std::size_t size) override {
        const int got = SSL_read(ssl_.get(), bytes, static_cast<int>(size));
        if (got > 0) return got;
        const bool ended = SSL_get_error(ssl_.get(), got) == SSL_ERROR_ZERO_RETURN;
        note_problem();
        return ended ? 0 : -1;
    }

private:
    void note_problem() {
        if (const unsigned long code = ERR_peek_last_error()) {
            problem_ = ERR_reason_error_string(code);
        }
        ERR_clear_error();
    }

    std::unique_ptr<SSL_CTX, FreedBy<SSL_CTX_free>> context_;
    std::unique_ptr<SSL, FreedBy<SSL_free>> ssl_;
    std::string problem_;
};

}  // namespace migrator::http::test
