#include "core/sha256.hpp"

#include <openssl/evp.h>

#include <array>
#include <memory>

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

}  // namespace migrator
