#include "http/tls_context.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>

#include "core/ascii.hpp"
#include "core/error.hpp"
#include "core/freed_by.hpp"

namespace migrator::http {

namespace {

using Memory = std::unique_ptr<BIO, FreedBy<BIO_free_all>>;

/// With TLS 1.2; the suites of TLS 1.3 are all good.
constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";

/// Length and name, as ALPN has it on the wire.
constexpr std::string_view kProtocols = "\x08http/1.1\x08http/1.0";

[[noreturn]] void throw_wrong_file(
    std::string_view key, const std::string& file, const std::string& problem
) {
    throw Error(ErrorKind::Configuration, fmt::format("{} {}: {}", key, file, problem));
}

std::string lower_first(std::string text) {
    if (!text.empty()) text[0] = to_lower(text[0]);
    return text;
}

/// OpenSSL's own words for what has just failed; they quote nothing of a file.
std::string openssl_problem() {
    const unsigned long code = ERR_peek_last_error();
    const char* reason = ERR_reason_error_string(code);
    ERR_clear_error();
    return reason == nullptr ? "not readable" : reason;
}

void check_readable(std::string_view key, const std::string& file) {
    if (access(file.c_str(), R_OK) == 0) return;
    throw_wrong_file(key, file, lower_first(std::generic_category().message(errno)));
}

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_length, const unsigned char* offered, unsigned int offered_length, void*) {
    unsigned char* found = nullptr;
    const int result = SSL_select_next_proto(
        &found,
        chosen_length,
        reinterpret_cast<const unsigned char*>(kProtocols.data()),
        static_cast<unsigned int>(kProtocols.size()),
        offered,
        offered_length
    );
    *chosen = found;
    return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

/// Without it OpenSSL asks for the password on the terminal.
int no_password(char*, int, int, void* was_asked) {
    *static_cast<bool*>(was_asked) = true;
    return -1;
}

void load_pair(SSL_CTX* context, const TlsOptions& options) {
    check_readable("tlsCertificate", options.certificate);
    if (SSL_CTX_use_certificate_chain_file(context, options.certificate.c_str()) != 1) {
        throw_wrong_file(
            "tlsCertificate",
            options.certificate,
            "no PEM certificate chain (" + openssl_problem() + ")"
        );
    }
    check_readable("tlsKey", options.key);
    bool encrypted = false;
    SSL_CTX_set_default_passwd_cb(context, no_password);
    SSL_CTX_set_default_passwd_cb_userdata(context, &encrypted);
    const bool is_loaded =
        SSL_CTX_use_PrivateKey_file(context, options.key.c_str(), SSL_FILETYPE_PEM) == 1;
    SSL_CTX_set_default_passwd_cb_userdata(context, nullptr);
    if (encrypted) {
        throw_wrong_file(
            "tlsKey", options.key, "the key is encrypted; store it without a password"
        );
    }
    const auto reason = ERR_GET_REASON(ERR_peek_last_error());
    const bool is_of_another =
        reason == X509_R_KEY_VALUES_MISMATCH || reason == X509_R_KEY_TYPE_MISMATCH;
    if (!is_loaded && !is_of_another) {
        throw_wrong_file("tlsKey", options.key, "no PEM private key (" + openssl_problem() + ")");
    }
    if (!is_loaded || SSL_CTX_check_private_key(context) != 1) {
        ERR_clear_error();
        throw_wrong_file(
            "tlsKey",
            options.key,
            "the key does not belong to the certificate in " + options.certificate
        );
    }
}

void load_client_ca(SSL_CTX* context, const TlsOptions& options) {
    check_readable("tlsClientCa", options.client_ca);
    STACK_OF(X509_NAME)* names = SSL_load_client_CA_file(options.client_ca.c_str());
    if (names == nullptr || SSL_CTX_load_verify_file(context, options.client_ca.c_str()) != 1) {
        if (names != nullptr) sk_X509_NAME_pop_free(names, X509_NAME_free);
        throw_wrong_file(
            "tlsClientCa", options.client_ca, "no PEM certificates (" + openssl_problem() + ")"
        );
    }
    SSL_CTX_set_client_CA_list(context, names);  // which owns them now
    // An intermediate authority in the file is trusted for what it signs, and nothing above it.
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
    const int required = options.client_certificates == ClientCertificates::Required
                             ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT
                             : 0;
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | required, nullptr);
}

std::string text_of_name(const X509_NAME* name) {
    const Memory memory(BIO_new(BIO_s_mem()));
    X509_NAME_print_ex(memory.get(), name, 0, XN_FLAG_RFC2253);
    char* bytes = nullptr;
    const long length = BIO_get_mem_data(memory.get(), &bytes);
    return {bytes, static_cast<std::size_t>(length)};
}

std::string text_of_time(const ASN1_TIME* time) {
    const Memory memory(BIO_new(BIO_s_mem()));
    ASN1_TIME_print_ex(memory.get(), time, ASN1_DTFLGS_ISO8601);
    char* bytes = nullptr;
    const long length = BIO_get_mem_data(memory.get(), &bytes);
    return {bytes, static_cast<std::size_t>(length)};
}

}  // namespace

TlsContext make_tls_context(const TlsOptions& options) {
    ERR_clear_error();
    TlsContext context(SSL_CTX_new(TLS_server_method()), FreedBy<SSL_CTX_free>());
    if (!context) throw Error(ErrorKind::Internal, "no TLS: " + openssl_problem());
    SSL_CTX* ssl = context.get();
    SSL_CTX_set_min_proto_version(ssl, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(ssl, kCiphers);
    // No tickets and no cache: each connection proves itself to the certificates of today.
    SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(ssl, 0);
    // A client that closes without saying so in TLS is one that closes: lengths tell what is whole.
    SSL_CTX_set_options(
        ssl,
        SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
            SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
            SSL_OP_IGNORE_UNEXPECTED_EOF
    );
    SSL_CTX_set_mode(
        ssl,
        SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
            SSL_MODE_RELEASE_BUFFERS
    );
    SSL_CTX_set_alpn_select_cb(ssl, choose_protocol, nullptr);
    load_pair(ssl, options);
    if (!options.client_ca.empty()) load_client_ca(ssl, options);
    return context;
}

std::string description_of(ssl_ctx_st* context) {
    const X509* certificate = SSL_CTX_get0_certificate(context);
    return fmt::format(
        "{}, valid until {}",
        text_of_name(X509_get_subject_name(certificate)),
        text_of_time(X509_get0_notAfter(certificate))
    );
}

bool has_expired(ssl_ctx_st* context) {
    return X509_cmp_current_time(X509_get0_notAfter(SSL_CTX_get0_certificate(context))) < 0;
}

}  // namespace migrator::http
