#include "access/public_key.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <utility>

#include "access/base64url.hpp"
#include "access/strict_json.hpp"

namespace migrator::access {
namespace {

using EvpKey = std::unique_ptr<EVP_PKEY, FreedBy<EVP_PKEY_free>>;
using EvpKeyContext = std::unique_ptr<EVP_PKEY_CTX, FreedBy<EVP_PKEY_CTX_free>>;
using EvpDigestContext = std::unique_ptr<EVP_MD_CTX, FreedBy<EVP_MD_CTX_free>>;
using BigNumber = std::unique_ptr<BIGNUM, FreedBy<BN_free>>;
using ParameterBuilder = std::unique_ptr<OSSL_PARAM_BLD, FreedBy<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, FreedBy<OSSL_PARAM_free>>;
using EcdsaSignature = std::unique_ptr<ECDSA_SIG, FreedBy<ECDSA_SIG_free>>;
using MemoryBio = std::unique_ptr<BIO, FreedBy<BIO_free_all>>;

constexpr std::size_t kCoordinateBytes = 32;  // of P-256 and of Ed25519
constexpr int kLeastRsaBits = 2048;
constexpr int kMostRsaBits = 8192;  // a larger one would take too long
constexpr int kMostRsaExponentBits = 32;

const unsigned char* unsigned_bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

/// Errors of OpenSSL stay in the thread's queue and would be shown by whoever asks next.
struct ErrorsForgotten {
    ErrorsForgotten() = default;
    ErrorsForgotten(const ErrorsForgotten&) = delete;
    ErrorsForgotten& operator=(const ErrorsForgotten&) = delete;
    ~ErrorsForgotten() { ERR_clear_error(); }
};

std::optional<std::string> bytes_of_member(
    const boost::json::object& jwk, std::string_view name, std::size_t exact_length = 0
) {
    const auto* text = text_member(jwk, name);
    if (text == nullptr) return std::nullopt;
    auto bytes = base64url_decoded({text->data(), text->size()});
    if (!bytes || bytes->empty()) return std::nullopt;
    if (exact_length != 0 && bytes->size() != exact_length) return std::nullopt;
    return bytes;
}

BigNumber big_number(std::string_view bytes) {
    return BigNumber(BN_bin2bn(unsigned_bytes(bytes), static_cast<int>(bytes.size()), nullptr));
}

EvpKey key_of(const char* type, OSSL_PARAM* parameters) {
    const EvpKeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    EVP_PKEY* key = nullptr;
    if (!context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1) {
        return nullptr;
    }
    return EvpKey(key);
}

EvpKey rsa_key(const boost::json::object& jwk) {
    const auto modulus_bytes = bytes_of_member(jwk, "n");
    const auto exponent_bytes = bytes_of_member(jwk, "e");
    if (!modulus_bytes || !exponent_bytes || modulus_bytes->size() > kMostRsaBits / 8 + 1) {
        return nullptr;
    }
    const BigNumber modulus = big_number(*modulus_bytes);
    const BigNumber exponent = big_number(*exponent_bytes);
    if (!modulus || !exponent || BN_num_bits(modulus.get()) < kLeastRsaBits ||
        BN_num_bits(modulus.get()) > kMostRsaBits || BN_is_odd(modulus.get()) == 0 ||
        BN_num_bits(exponent.get()) > kMostRsaExponentBits || BN_is_odd(exponent.get()) == 0 ||
        BN_is_one(exponent.get()) != 0) {
        return nullptr;
    }
    const ParameterBuilder builder(OSSL_PARAM_BLD_new());
    if (!builder ||
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) != 1 ||
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) != 1) {
        return nullptr;
    }
    const Parameters parameters(OSSL_PARAM_BLD_to_param(builder.get()));
    return key_of("RSA", parameters.get());
}

EvpKey p256_key(const boost::json::object& jwk) {
    const auto* curve = text_member(jwk, "crv");
    const auto x = bytes_of_member(jwk, "x", kCoordinateBytes);
    const auto y = bytes_of_member(jwk, "y", kCoordinateBytes);
    if (curve == nullptr || *curve != "P-256" || !x || !y) return nullptr;
    std::string group = "prime256v1";
    std::string point = "\x04" + *x + *y;  // not compressed
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), group.size()),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()),
        OSSL_PARAM_construct_end()};
    return key_of("EC", const_cast<OSSL_PARAM*>(parameters));
}

EvpKey ed25519_key(const boost::json::object& jwk) {
    const auto* curve = text_member(jwk, "crv");
    const auto x = bytes_of_member(jwk, "x", kCoordinateBytes);
    if (curve == nullptr || *curve != "Ed25519" || !x) return nullptr;
    return EvpKey(
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, unsigned_bytes(*x), x->size())
    );
}

bool is_for_signatures(const boost::json::object& jwk) {
    if (jwk.contains("use")) {
        const auto* use = text_member(jwk, "use");
        if (use == nullptr || *use != "sig") return false;
    }
    if (const auto* operations = jwk.if_contains("key_ops")) {
        const auto* list = operations->if_array();
        return list != nullptr && std::ranges::any_of(*list, [](const boost::json::value& one) {
                   return one.is_string() && one.get_string() == "verify";
               });
    }
    return true;
}

std::vector<Algorithm> algorithms_of_kind(std::string_view kind) {
    if (kind == "RSA") return {Algorithm::Rs256, Algorithm::Ps256};
    if (kind == "EC") return {Algorithm::Es256};
    if (kind == "OKP") return {Algorithm::EdDsa};
    return {};
}

/// The form that OpenSSL takes; empty for what is no 64 bytes.
std::string der_of_ecdsa(std::string_view signature) {
    if (signature.size() != 2 * kCoordinateBytes) return {};
    BigNumber r = big_number(signature.substr(0, kCoordinateBytes));
    BigNumber s = big_number(signature.substr(kCoordinateBytes));
    const EcdsaSignature both(ECDSA_SIG_new());
    if (!r || !s || !both || ECDSA_SIG_set0(both.get(), r.get(), s.get()) != 1) return {};
    static_cast<void>(r.release());
    static_cast<void>(s.release());
    unsigned char* bytes = nullptr;
    const int length = i2d_ECDSA_SIG(both.get(), &bytes);
    if (length <= 0) return {};
    std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(length));
    OPENSSL_free(bytes);
    return der;
}

bool set_rsa_padding(EVP_PKEY_CTX* context, Algorithm algorithm) {
    if (algorithm == Algorithm::Rs256) {
        return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1;
    }
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) == 1;
}

}  // namespace

std::optional<Algorithm> algorithm_called(std::string_view name) noexcept {
    if (name == "RS256") return Algorithm::Rs256;
    if (name == "PS256") return Algorithm::Ps256;
    if (name == "ES256") return Algorithm::Es256;
    if (name == "EdDSA") return Algorithm::EdDsa;
    return std::nullopt;
}

PublicKey::PublicKey(std::string id, Handle key, std::vector<Algorithm> algorithms)
    : id_(std::move(id)), key_(std::move(key)), algorithms_(std::move(algorithms)) {}

std::optional<PublicKey> PublicKey::from_jwk(const boost::json::object& jwk) {
    const ErrorsForgotten forgotten;
    const auto* kind = text_member(jwk, "kty");
    if (kind == nullptr || !is_for_signatures(jwk)) return std::nullopt;
    auto algorithms = algorithms_of_kind({kind->data(), kind->size()});
    if (jwk.contains("alg")) {
        const auto* name = text_member(jwk, "alg");
        const auto pinned =
            name == nullptr ? std::nullopt : algorithm_called({name->data(), name->size()});
        std::erase_if(algorithms, [&](Algorithm one) { return pinned != one; });
    }
    if (algorithms.empty()) return std::nullopt;
    EvpKey key = *kind == "RSA" ? rsa_key(jwk) : *kind == "EC" ? p256_key(jwk) : ed25519_key(jwk);
    if (!key) return std::nullopt;
    const auto* id = text_member(jwk, "kid");
    return PublicKey(
        id == nullptr ? "" : std::string(id->data(), id->size()),
        Handle(std::move(key)),
        std::move(algorithms)
    );
}

std::optional<PublicKey> PublicKey::from_pem(const std::string& pem, std::string id) {
    const ErrorsForgotten forgotten;
    const MemoryBio memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    if (!memory) return std::nullopt;
    EvpKey key(PEM_read_bio_PUBKEY(memory.get(), nullptr, nullptr, nullptr));
    char group[32] = {};
    std::size_t length = 0;
    if (!key || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_EC ||
        EVP_PKEY_get_group_name(key.get(), group, sizeof group, &length) != 1 ||
        std::string_view(group, length) != "prime256v1") {
        return std::nullopt;
    }
    return PublicKey(std::move(id), Handle(std::move(key)), {Algorithm::Es256});
}

bool PublicKey::is_for(Algorithm algorithm) const noexcept {
    return std::ranges::find(algorithms_, algorithm) != algorithms_.end();
}

bool PublicKey::verifies(
    Algorithm algorithm, std::string_view signed_text, std::string_view signature
) const {
    if (!is_for(algorithm)) return false;
    const ErrorsForgotten forgotten;
    std::string der;
    if (algorithm == Algorithm::Es256) {
        der = der_of_ecdsa(signature);
        if (der.empty()) return false;
        signature = der;
    }
    const EvpDigestContext context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* key_context = nullptr;  // belongs to `context`
    const EVP_MD* digest = algorithm == Algorithm::EdDsa ? nullptr : EVP_sha256();
    if (!context ||
        EVP_DigestVerifyInit(context.get(), &key_context, digest, nullptr, key_.get()) != 1) {
        return false;
    }
    const bool is_rsa = algorithm == Algorithm::Rs256 || algorithm == Algorithm::Ps256;
    if (is_rsa && !set_rsa_padding(key_context, algorithm)) return false;
    return EVP_DigestVerify(
               context.get(),
               unsigned_bytes(signature),
               signature.size(),
               unsigned_bytes(signed_text),
               signed_text.size()
           ) == 1;
}

}  // namespace migrator::access
