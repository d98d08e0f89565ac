#include "http/client_certificate.hpp"

#include <openssl/bio.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

#include "core/freed_by.hpp"

namespace migrator::http {

namespace {

std::string subject_of(const X509* certificate) {
    const std::unique_ptr<BIO, FreedBy<BIO_free_all>> memory(BIO_new(BIO_s_mem()));
    X509_NAME_print_ex(memory.get(), X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253);
    char* bytes = nullptr;
    const long length = BIO_get_mem_data(memory.get(), &bytes);
    return {bytes, static_cast<std::size_t>(length)};
}

/// Nothing for a name with a control character: "a.example\0.evil" is not "a.example".
std::string name_in(const ASN1_IA5STRING* string) {
    const auto* bytes = reinterpret_cast<const char*>(ASN1_STRING_get0_data(string));
    std::string name(bytes, static_cast<std::size_t>(ASN1_STRING_length(string)));
    for (const char c : name) {
        if (c < ' ' || c > '~') return {};  // IA5String: no character beyond ASCII either
    }
    return name;
}

void add(std::vector<std::string>& names, const ASN1_IA5STRING* string) {
    if (std::string name = name_in(string); !name.empty()) names.push_back(std::move(name));
}

}  // namespace

ClientCertificate read_client_certificate(const x509_st* certificate) {
    ClientCertificate read;
    read.subject = subject_of(certificate);
    const std::unique_ptr<GENERAL_NAMES, FreedBy<GENERAL_NAMES_free>> names(
        static_cast<GENERAL_NAMES*>(
            X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)
        )
    );
    for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
        if (name->type == GEN_DNS) add(read.dns, name->d.dNSName);
        if (name->type == GEN_URI) add(read.uri, name->d.uniformResourceIdentifier);
        if (name->type == GEN_EMAIL) add(read.email, name->d.rfc822Name);
    }
    return read;
}

}  // namespace migrator::http
