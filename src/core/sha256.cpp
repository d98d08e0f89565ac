#include "core/sha256.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <memory>
#include <new>

#include "core/error.hpp"
#include "core/freed_by.hpp"
#include "core/hex.hpp"

namespace migrator {
namespace {

using Digest = std::unique_ptr<EVP_MD, FreedBy<EVP_MD_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, FreedBy<EVP_MD_CTX_free>>;

// Looking the algorithm up costs more than hashing a small file, so it is done once.
const EVP_MD* algorithm() {
    static const Digest digest(EVP_MD_fetch(nullptr, "SHA256", nullptr));
    return digest.get();
}

}  // namespace

std::string sha256_hex(std::string_view bytes) {
    thread_local const DigestContext context(EVP_MD_CTX_new());
    std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
    unsigned int size = 0;
    if (algorithm() == nullptr || context == nullptr ||
        EVP_DigestInit_ex2(context.get(), algorithm(), nullptr) != 1 ||
        EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) != 1 ||
        EVP_DigestFinal_ex(context.get(), hash.data(), &size) != 1) {
        throw Error(ErrorKind::Internal, "OpenSSL could not compute SHA-256");
    }
    return to_hex({reinterpret_cast<const char*>(hash.data()), size});
}

std::string hmac_sha256(std::string_view key, std::string_view message) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    const auto* bytes = reinterpret_cast<const unsigned char*>(message.data());
    if (HMAC(
            EVP_sha256(),
            key.data(),
            static_cast<int>(key.size()),
            bytes,
            message.size(),
            digest.data(),
            &length
        ) == nullptr) {
        throw std::bad_alloc();  // nothing else can fail in there
    }
    return {reinterpret_cast<const char*>(digest.data()), length};
}

}  // namespace migrator
