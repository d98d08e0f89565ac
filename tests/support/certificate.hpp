#pragma once

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "core/freed_by.hpp"

namespace migrator::test {

using Key = std::unique_ptr<EVP_PKEY, FreedBy<EVP_PKEY_free>>;
using X509Handle = std::unique_ptr<X509, FreedBy<X509_free>>;

/// A certificate and its key.
class Certificate {
public:
    Certificate(Key its_key, X509Handle its_x509)
        : key(std::move(its_key)), x509(std::move(its_x509)) {}

    Key key;
    X509Handle x509;

    std::string pem() const {
        const std::unique_ptr<BIO, FreedBy<BIO_free_all>> memory(BIO_new(BIO_s_mem()));
        PEM_write_bio_X509(memory.get(), x509.get());
        return text_in(memory.get());
    }
    /// Encrypted when there is a password.
    std::string key_pem(const char* password = nullptr) const {
        const std::unique_ptr<BIO, FreedBy<BIO_free_all>> memory(BIO_new(BIO_s_mem()));
        const EVP_CIPHER* cipher = password == nullptr ? nullptr : EVP_aes_128_cbc();
        PEM_write_bio_PKCS8PrivateKey(
            memory.get(),
            key.get(),
            cipher,
            password,
            password == nullptr ? 0 : static_cast<int>(std::strlen(password)),
            nullptr,
            nullptr
        );
        return text_in(memory.get());
    }

private:
    static std::string text_in(BIO* memory) {
        char* bytes = nullptr;
        const long length = BIO_get_mem_data(memory, &bytes);
        return {bytes, static_cast<std::size_t>(length)};
    }
};

struct CertificateForm {
    std::string name;          ///< "CA:x": of an authority; else for subjectAltName, "IP:127.0.0.1"
    long valid_for = 3600;     ///< seconds from now; negative: it has expired
    std::string common_name;   ///< `name` when empty
    std::string organization;  ///< none when empty
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
    const auto* name = reinterpret_cast<const unsigned char*>(
        (form.common_name.empty() ? form.name : form.common_name).c_str()
    );
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_ASC, name, -1, -1, 0);
    if (!form.organization.empty()) {
        const auto* text = reinterpret_cast<const unsigned char*>(form.organization.c_str());
        X509_NAME_add_entry_by_txt(
            X509_get_subject_name(x509), "O", MBSTRING_UTF8, text, -1, -1, 0
        );
    }
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

}  // namespace migrator::test
