#pragma once

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "core/freed_by.hpp"
#include "support/small_http_server.hpp"

namespace migrator::http_client::test {

using Key = std::unique_ptr<EVP_PKEY, FreedBy<EVP_PKEY_free>>;
using X509Handle = std::unique_ptr<X509, FreedBy<X509_free>>;

/// A certificate and its key.
struct Certificate {
    Key key;
    X509Handle x509;

    std::string pem() const {
        const std::unique_ptr<BIO, FreedBy<BIO_free_all>> memory(BIO_new(BIO_s_mem()));
        PEM_write_bio_X509(memory.get(), x509.get());
        char* bytes = nullptr;
        const long length = BIO_get_mem_data(memory.get(), &bytes);
        return {bytes, static_cast<std::size_t>(length)};
    }
};

struct CertificateForm {
    std::string name;       ///< "CA:x": of an authority; else for subjectAltName, "IP:127.0.0.1"
    long valid_for = 3600;  ///< seconds from now; negative: it has expired
};

inline void add_extension(X509* x509, int which, const std::string& value) {
    const std::unique_ptr<X509_EXTENSION, FreedBy<X509_EXTENSION_free>> extension(
        X509V3_EXT_conf_nid(nullptr, nullptr, which, value.c_str())
    );
    if (!extension || X509_add_ext(x509, extension.get(), -1) != 1) {
        throw std::runtime_error("no such extension: " + value);
    }
}

/// Signed by `issuer`; by itself when that is null.
inline Certificate make_certificate(const CertificateForm& form, const Certificate* issuer) {
    static std::atomic<long> serial = 1;
    Certificate result{Key(EVP_EC_gen("P-256")), X509Handle(X509_new())};
    X509* x509 = result.x509.get();
    X509_set_version(x509, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), serial++);
    X509_gmtime_adj(X509_getm_notBefore(x509), -7200);
    X509_gmtime_adj(X509_getm_notAfter(x509), form.valid_for);
    X509_set_pubkey(x509, result.key.get());
    const auto* name = reinterpret_cast<const unsigned char*>(form.name.c_str());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_ASC, name, -1, -1, 0);
    const Certificate& signer = issuer == nullptr ? result : *issuer;
    X509_set_issuer_name(x509, X509_get_subject_name(signer.x509.get()));
    if (form.name.starts_with("CA:")) {
        add_extension(x509, NID_basic_constraints, "critical,CA:TRUE");
        add_extension(x509, NID_key_usage, "critical,keyCertSign");
    } else {
        add_extension(x509, NID_subject_alt_name, form.name);
    }
    if (X509_sign(x509, signer.key.get(), EVP_sha256()) == 0) {
        throw std::runtime_error("can't sign");
    }
    return result;
}

using SslContext = std::unique_ptr<SSL_CTX, FreedBy<SSL_CTX_free>>;

class TlsConnection : public migrator::test::ServedConnection {
public:
    TlsConnection(int socket, SSL_CTX* context) : ServedConnection(socket), ssl_(SSL_new(context)) {
        SSL_set_fd(ssl_.get(), socket);
        if (SSL_accept(ssl_.get()) != 1) throw std::runtime_error("the client refuses");
    }
    ~TlsConnection() override { SSL_shutdown(ssl_.get()); }

protected:
    ssize_t read(char* bytes, std::size_t length) override {
        return SSL_read(ssl_.get(), bytes, static_cast<int>(length));
    }
    ssize_t write_some(std::string_view text) override {
        return SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size()));
    }

private:
    std::unique_ptr<SSL, FreedBy<SSL_free>> ssl_;
};

/// A SmallHttpServer behind TLS.
class TlsServer {
public:
    TlsServer(const Certificate& certificate, migrator::test::SmallHttpServer::Script script)
        : context_(SSL_CTX_new(TLS_server_method())),
          server_(std::move(script), [this](int socket) {
              return std::make_unique<TlsConnection>(socket, context_.get());
          }) {
        SSL_CTX_use_certificate(context_.get(), certificate.x509.get());
        SSL_CTX_use_PrivateKey(context_.get(), certificate.key.get());
    }

    std::string url(const std::string& path = "/") const {
        return "https://" + server_.host() + path;
    }

private:
    SslContext context_;
    migrator::test::SmallHttpServer server_;
};

}  // namespace migrator::http_client::test
