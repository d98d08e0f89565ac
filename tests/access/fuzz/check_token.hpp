#pragma once

#include <cstdlib>
#include <string>
#include <string_view>

#include "access/base64url.hpp"
#include "access/grants.hpp"
#include "access/jws.hpp"
#include "access/options.hpp"
#include "access/public_key.hpp"
#include "access/strict_json.hpp"
#include "core/error.hpp"

namespace migrator::access::test {

/// Whatever `work` is given, it returns or throws an Error of that kind.
template <typename Work>
void expect_only(ErrorKind kind, Work work) {
    try {
        work();
    } catch (const Error& error) {
        if (error.kind() != kind) std::abort();
    }
}

/// Reads `text` in every way in which a stranger's text is read: whole as a token, and as the
/// header or the claims of one, so that a fuzzer need not find out how to write base64url.
inline void check_token(std::string_view text) {
    const std::string encoded = base64url(text);
    if (base64url_decoded(encoded) != text) std::abort();
    const auto decoded = base64url_decoded(text);
    if (decoded && base64url(*decoded) != text) std::abort();

    const std::string good_header = base64url(R"({"alg":"RS256"})");
    const std::string tokens[] = {
        std::string(text), encoded + ".e30.AA", good_header + "." + encoded + ".AA"};
    const Grant grant = parse_grant_line("require.aud=m* name=a.b claim=groups *x=apply");
    for (const std::string& token : tokens) {
        for (const auto padding : {Padding::Refused, Padding::Allowed}) {
            expect_only(ErrorKind::Unauthenticated, [&] {
                const Jws jws = parse_jws(token, padding);
                role_by(grant, jws.claims);
                check_times(jws.claims, TimePoint{});
                name_by(grant, jws.claims);
            });
        }
    }
    if (const auto object = strict_json_object(text)) {
        if (const auto key = PublicKey::from_jwk(*object)) {
            for (const auto algorithm :
                 {Algorithm::Rs256, Algorithm::Ps256, Algorithm::Es256, Algorithm::EdDsa}) {
                if (key->verifies(algorithm, "text", std::string(64, 'x'))) std::abort();
            }
        }
    }
    PublicKey::from_pem(std::string(text), "id");
    expect_only(ErrorKind::Configuration, [&] { parse_token_line(text); });
    expect_only(ErrorKind::Configuration, [&] { parse_issuer_line(text); });
    expect_only(ErrorKind::Configuration, [&] { parse_grant_line(text); });
    expect_only(ErrorKind::Configuration, [&] { parse_certificate_line(text); });
}

}  // namespace migrator::access::test
