#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "access/algorithm.hpp"
#include "access/base64url.hpp"
#include "core/time.hpp"

namespace migrator::access {

/// A token in three parts (RFC 7515, compact), read but not verified: nothing in it is true yet.
struct Jws {
    boost::json::object header;
    boost::json::object claims;
    Algorithm algorithm = Algorithm::Rs256;
    std::string key_id;            ///< empty when the header has none
    std::string_view signed_text;  ///< a view into the token
    std::string signature;
};

/// Whether `token` has the form of one: three parts with dots between them.
bool looks_like_jws(std::string_view token) noexcept;

/// `token` has to live as long as the result. Throws Unauthenticated for a token that is too long
/// (16 KiB), damaged, or that asks for what is refused: another algorithm, a key of its own
/// (`jwk`, `jku`, `x5u`, `x5c`), `crit`, `b64`, encryption, another `typ`.
Jws parse_jws(std::string_view token, Padding padding = Padding::Refused);

/// Throws Unauthenticated when `claims` has no `exp`, has expired, or is not valid yet (`nbf`);
/// clocks may differ by 60 seconds.
void check_times(const boost::json::object& claims, TimePoint now);

/// What is wrong with a token or its signature. Throws Unauthenticated.
[[noreturn]] void refuse_token(const std::string& why);

}  // namespace migrator::access
