#pragma once

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "core/freed_by.hpp"

namespace migrator::test {

/// base64url by OpenSSL, so that our own is not its own judge.
inline std::string openssl_base64url(std::string_view bytes, bool padded = false) {
    std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
    const int length = EVP_EncodeBlock(
        reinterpret_cast<unsigned char*>(text.data()),
        reinterpret_cast<const unsigned char*>(bytes.data()),
        static_cast<int>(bytes.size())
    );
    text.resize(static_cast<std::size_t>(length));
    for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
    while (!padded && text.ends_with('=')) text.pop_back();
    return text;
}

/// A private key, as an identity provider has it.
class SigningKey {
public:
    static SigningKey rsa(std::string id, unsigned bits = 2048) {
        return {std::move(id), EVP_RSA_gen(bits)};
    }
    static SigningKey ec(std::string id, const char* curve = "P-256") {
        return {std::move(id), EVP_EC_gen(curve)};
    }
    static SigningKey ed25519(std::string id) {
        return {std::move(id), EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")};
    }

    const std::string& id() const { return id_; }

    /// The public key, with `more` members (`"use":"sig"`) behind.
    std::string jwk(const std::string& more = "") const {
        std::string text = "{\"kid\":\"" + id_ + "\",";
        switch (EVP_PKEY_get_base_id(key_.get())) {
            case EVP_PKEY_RSA:
                text += "\"kty\":\"RSA\",\"n\":\"" + number(OSSL_PKEY_PARAM_RSA_N) + "\",\"e\":\"" +
                        number(OSSL_PKEY_PARAM_RSA_E) + "\"";
                break;
            case EVP_PKEY_EC:
                text += "\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" +
                        number(OSSL_PKEY_PARAM_EC_PUB_X, 32) + "\",\"y\":\"" +
                        number(OSSL_PKEY_PARAM_EC_PUB_Y, 32) + "\"";
                break;
            default:
                text += "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" + raw_public() + "\"";
        }
        return text + (more.empty() ? "" : "," + more) + "}";
    }

    std::string public_pem() const {
        const std::unique_ptr<BIO, FreedBy<BIO_free_all>> memory(BIO_new(BIO_s_mem()));
        PEM_write_bio_PUBKEY(memory.get(), key_.get());
        char* bytes = nullptr;
        const long length = BIO_get_mem_data(memory.get(), &bytes);
        return {bytes, static_cast<std::size_t>(length)};
    }

    /// As JWS has it: an ECDSA signature is two numbers of 32 bytes. `pss`: RSA with PSS.
    std::string signature(std::string_view text, bool pss = false) const {
        const std::unique_ptr<EVP_MD_CTX, FreedBy<EVP_MD_CTX_free>> context(EVP_MD_CTX_new());
        const bool is_ed25519 = EVP_PKEY_get_base_id(key_.get()) == EVP_PKEY_ED25519;
        EVP_PKEY_CTX* options = nullptr;
        EVP_DigestSignInit(
            context.get(), &options, is_ed25519 ? nullptr : EVP_sha256(), nullptr, key_.get()
        );
        if (pss) {
            EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING);
            EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST);
        }
        const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
        std::size_t length = 0;
        EVP_DigestSign(context.get(), nullptr, &length, bytes, text.size());
        std::string result(length, '\0');
        auto* out = reinterpret_cast<unsigned char*>(result.data());
        if (EVP_DigestSign(context.get(), out, &length, bytes, text.size()) != 1) {
            throw std::runtime_error("can't sign");
        }
        result.resize(length);
        return EVP_PKEY_get_base_id(key_.get()) == EVP_PKEY_EC ? raw_ecdsa(result) : result;
    }

    /// A whole token; `header` and `claims` are JSON.
    std::string token(
        const std::string& header, const std::string& claims, bool pss = false, bool padded = false
    ) const {
        const std::string text =
            openssl_base64url(header, padded) + "." + openssl_base64url(claims, padded);
        return text + "." + openssl_base64url(signature(text, pss), padded);
    }

private:
    SigningKey(std::string id, EVP_PKEY* key)
        : id_(std::move(id)), key_(key, FreedBy<EVP_PKEY_free>{}) {
        if (key == nullptr) throw std::runtime_error("can't make a key");
    }

    std::string number(const char* name, int length = 0) const {
        BIGNUM* value = nullptr;
        EVP_PKEY_get_bn_param(key_.get(), name, &value);
        const std::unique_ptr<BIGNUM, FreedBy<BN_free>> owner(value);
        const int size = length == 0 ? BN_num_bytes(value) : length;
        std::string bytes(static_cast<std::size_t>(size), '\0');
        BN_bn2binpad(value, reinterpret_cast<unsigned char*>(bytes.data()), size);
        return openssl_base64url(bytes);
    }

    std::string raw_public() const {
        std::size_t length = 32;
        std::string bytes(length, '\0');
        EVP_PKEY_get_raw_public_key(
            key_.get(), reinterpret_cast<unsigned char*>(bytes.data()), &length
        );
        return openssl_base64url(bytes);
    }

    static std::string raw_ecdsa(const std::string& der) {
        const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
        const std::unique_ptr<ECDSA_SIG, FreedBy<ECDSA_SIG_free>> both(
            d2i_ECDSA_SIG(nullptr, &bytes, static_cast<long>(der.size()))
        );
        std::string raw(64, '\0');
        auto* out = reinterpret_cast<unsigned char*>(raw.data());
        BN_bn2binpad(ECDSA_SIG_get0_r(both.get()), out, 32);
        BN_bn2binpad(ECDSA_SIG_get0_s(both.get()), out + 32, 32);
        return raw;
    }

    std::string id_;
    std::shared_ptr<EVP_PKEY> key_;
};

}  // namespace migrator::test
