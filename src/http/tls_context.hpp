#pragma once

#include <memory>
#include <string>

#include "http/options.hpp"

struct ssl_ctx_st;

namespace migrator::http {

/// What all TLS connections of a listener start from: OpenSSL's SSL_CTX.
using TlsContext = std::shared_ptr<ssl_ctx_st>;

/// Reads the files. TLS 1.2 and 1.3; with TLS 1.2 only ciphers with forward secrecy and
/// authenticated encryption; HTTP/1.1 by ALPN; no resumption, no compression, no renegotiation.
/// Throws Configuration, naming the key and the file, never what stands in it.
TlsContext make_tls_context(const TlsOptions& options);

/// For the log: whose certificate it is and until when it is valid.
std::string description_of(ssl_ctx_st* context);

/// True when the certificate's time is over.
bool has_expired(ssl_ctx_st* context);

}  // namespace migrator::http
