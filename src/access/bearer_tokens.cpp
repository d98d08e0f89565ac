#include "access/bearer_tokens.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <array>

#include "access/base64url.hpp"
#include "core/error.hpp"
#include "core/sha256.hpp"

namespace migrator::access {

std::string new_token() {
    std::array<unsigned char, 32> bytes{};
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
        throw Error(ErrorKind::Internal, "could not read random bytes");
    }
    return std::string(kTokenPrefix) +
           base64url({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::string token_line(const StaticToken& token) {
    return fmt::format(
        "{} {} sha256:{}{}",
        token.name,
        name_of(token.role),
        token.sha256,
        token.until ? " until=" + format_rfc3339(*token.until) : ""
    );
}

const StaticToken* find_token(const std::vector<StaticToken>& tokens, std::string_view token) {
    const std::string hash = sha256_hex(token);
    const StaticToken* found = nullptr;
    for (const StaticToken& one : tokens) {  // all of them, whichever it is
        const bool is_same = one.sha256.size() == hash.size() &&
                             CRYPTO_memcmp(one.sha256.data(), hash.data(), hash.size()) == 0;
        if (is_same) found = &one;
    }
    return found;
}

}  // namespace migrator::access
