#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "access/authenticator.hpp"
#include "core/error.hpp"
#include "core/log.hpp"
#include "support/identity_provider.hpp"

namespace migrator::access::test {

using migrator::test::IdentityProvider;
using migrator::test::openssl_base64url;
using migrator::test::SigningKey;

constexpr std::int64_t kNow = 1'800'000'000;  // 2027-01-15T08:00:00Z

/// Keys are costly to make: these are of all tests.
struct TestKeys {
    SigningKey rsa = SigningKey::rsa("rsa");
    SigningKey other_rsa = SigningKey::rsa("other");
    SigningKey weak_rsa = SigningKey::rsa("weak", 1024);
    SigningKey ec = SigningKey::ec("ec");
    SigningKey ed = SigningKey::ed25519("ed");
};

inline const TestKeys& keys() {
    static const TestKeys all;
    return all;
}

/// A provider, and an authenticator that trusts it.
class WithProvider : public ::testing::Test {
protected:
    WithProvider() {
        log::redirect([this](std::string_view line) { logged += std::string(line) + "\n"; });
        provider.show({keys().rsa.jwk(), keys().ec.jwk(), keys().ed.jwk()});
    }
    ~WithProvider() override { log::redirect(nullptr); }

    void configure(const std::vector<std::string>& lines) {
        for (const auto& line : lines) {
            options.issuers.push_back(parse_issuer_line(provider.issuer() + " " + line));
        }
        start();
    }
    void start() {
        authenticator.emplace(options, [this] {
            return TimePoint(std::chrono::seconds(kNow + seconds_later.load()));
        });
    }
    void pass(std::chrono::seconds time) { seconds_later += time.count(); }

    std::optional<Principal> ask(const std::string& token) {
        const std::string header = "Bearer " + token;
        return authenticator->authenticate({.authorization = header});
    }

    /// The error's text; "" when there is none.
    std::string refusal(const std::string& token, ErrorKind expected = ErrorKind::Unauthenticated) {
        try {
            const auto principal = ask(token);
            return "";
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), expected) << error.what();
            return error.what();
        }
    }

    /// Those of a good token, with `more` behind.
    std::string claims(const std::string& more = "") const {
        return "{\"iss\":\"" + provider.issuer() +
               "\",\"aud\":\"migrator\",\"sub\":\"ada\",\"exp\":" + std::to_string(kNow + 3600) +
               more + "}";
    }
    /// The same of a token that lives for days.
    std::string long_claims(const std::string& more) const {
        return "{\"iss\":\"" + provider.issuer() +
               "\",\"aud\":\"migrator\",\"sub\":\"ada\",\"exp\":" + std::to_string(kNow + 400'000) +
               more + "}";
    }
    static std::string header(const std::string& algorithm, const std::string& id) {
        return R"({"alg":")" + algorithm + R"(","kid":")" + id + R"(","typ":"JWT"})";
    }
    std::string good_token(const std::string& more = "") const {
        return keys().rsa.token(header("RS256", "rsa"), claims(more));
    }

    std::string logged;
    IdentityProvider provider;
    Options options;
    std::atomic<std::int64_t> seconds_later = 0;
    std::optional<Authenticator> authenticator;
};

}  // namespace migrator::access::test
