#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "core/freed_by.hpp"
#include "support/certificate.hpp"
#include "support/small_http_server.hpp"

namespace migrator::http_client::test {

using migrator::test::Certificate;
using migrator::test::make_certificate;
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
