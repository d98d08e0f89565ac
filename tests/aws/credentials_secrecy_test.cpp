#include <gtest/gtest.h>

#include "aws/credential_support.hpp"

namespace migrator::cloud::aws::test {
namespace {

using http_client::Request;
using http_client::Response;
using Variables = std::map<std::string, std::string>;

constexpr const char* kMarker = "MARKERsecretMARKER";

/// A way to get credentials, with the marker wherever a secret goes in or comes out.
struct Way {
    const char* name;
    Variables environment;
    Variables files;
};

std::vector<Way> ways() {
    const std::string marker = kMarker;
    const std::string keys =
        "aws_access_key_id=AKIABASE000000000001\naws_secret_access_key=" + marker +
        "\naws_session_token=" + marker + "\n";
    const std::string file = "/h/.aws/config";
    return {
        {"environment",
         {{"AWS_ACCESS_KEY_ID", "AKIABASE000000000001"},
          {"AWS_SECRET_ACCESS_KEY", marker + "\n"},
          {"AWS_SESSION_TOKEN", marker}},
         {}},
        {"environment, broken",
         {{"AWS_ACCESS_KEY_ID", "AKIABASE000000000001"},
          {"AWS_SECRET_ACCESS_KEY", marker + " " + marker}},
         {}},
        {"environment, secret as key id",
         {{"AWS_ACCESS_KEY_ID", marker}, {"AWS_SECRET_ACCESS_KEY", marker}},
         {}},
        {"web identity",
         {{"AWS_WEB_IDENTITY_TOKEN_FILE", "/token"}, {"AWS_ROLE_ARN", "arn:r"}},
         {{"/token", "head." + marker + "." + marker}}},
        {"keys", {}, {{file, "[default]\n" + keys}}},
        {"role", {}, {{file, "[default]\nrole_arn=arn:r\nsource_profile=default\n" + keys}}},
        {"role and sso", {}, {{file, "[default]\nsso_account_id=1\n[x]\n" + keys}}},
        {"half a pair", {}, {{file, "[default]\naws_secret_access_key=" + marker + "\n"}}},
        {"process", {}, {{file, "[default]\ncredential_process=tool --password " + marker + "\n"}}},
        {"container",
         {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/" + marker},
          {"AWS_CONTAINER_AUTHORIZATION_TOKEN", marker}},
         {}},
        {"container with a wrong URL",
         {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://evil.example/" + marker},
          {"AWS_CONTAINER_AUTHORIZATION_TOKEN", marker}},
         {}},
        {"container with a wrong token",
         {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/c"},
          {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/token"}},
         {{"/token", marker + "\x01" + marker}}},
        {"instance", {}, {}},
    };
}

Response good(const FakeWorld& world, const Request& request) {
    const std::string end = in_time(world, std::chrono::hours(1));
    if (contains(request.url, "sts.")) {
        const bool is_web = contains(request.body, "WebIdentityToken=");
        return {
            200,
            {},
            sts_answer(
                is_web ? "AssumeRoleWithWebIdentity" : "AssumeRole",
                "ASIAROLE000000000001",
                end,
                kMarker
            )};
    }
    if (request.method == "PUT") return {200, {}, kMarker};
    if (request.url.ends_with("security-credentials/")) return {200, {}, "role"};
    return {200, {}, container_answer("ASIACONTAINER0000001", end, kMarker)};
}

TEST(CredentialSecrecy, NothingSecretIsInLogsOrMessages) {
    const std::string marker = kMarker;
    const std::vector<std::pair<const char*, FakeWorld::Answer>> faults = {
        {"garbage",
         [&](const Request&) -> Response {
             return {200, {}, "<a>" + marker};
         }},
        {"half of the answer",
         [&](const Request&) -> Response {
             return {200, {}, R"({"SecretAccessKey":")" + marker + "\"}"};
         }},
        {"refusal that echoes",
         [&](const Request& request) -> Response {
             const std::string echo = header_of(request.headers, "Authorization");
             const bool is_sts = contains(request.url, "sts.");
             const auto token = request.body.find("WebIdentityToken=");
             const std::string sent =
                 token == std::string::npos ? "" : request.body.substr(token + 17);
             return {
                 403,
                 {},
                 is_sts ? sts_error("AccessDenied", "token " + sent)
                        : R"({"code":"Denied","message":"token )" + echo + "\"}"};
         }},
        {"500",
         [&](const Request&) -> Response {
             return {500, {}, marker};
         }},
        {"hang",
         [](const Request&) -> Response {
             throw http_client::TransportError(
                 http_client::TransportFailure::Timeout, "no response within 2 s"
             );
         }},
    };
    for (std::size_t fault = 0; fault <= faults.size(); ++fault) {
        for (const Way& way : ways()) {
            SCOPED_TRACE(fault == 0 ? "good" : faults[fault - 1].first);
            SCOPED_TRACE(way.name);
            FakeWorld world;
            world.environment = way.environment;
            world.environment["HOME"] = "/h";
            world.environment["AWS_REGION"] = "eu-west-1";
            world.files = way.files;
            world.run = [&](const std::string&) -> ProcessResult {
                const std::string out =
                    R"({"Version":1,"AccessKeyId":"A","SecretAccessKey":")" + marker + "\"";
                return {fault > 1 ? 1 : 0, fault == 0 ? out + "}" : out, "not logged in\n"};
            };
            world.serve([&](const Request& request) {
                return fault == 0 ? good(world, request) : faults[fault - 1].second(request);
            });
            const LogLines lines;
            const auto source = source_in(world);
            std::string told = error_of([&] { source->refuse(source->get()); });
            told += error_of([&] { source->get(); }) + source->describe() + lines.text();
            EXPECT_FALSE(contains(told, marker)) << told;
        }
    }
}

}  // namespace
}  // namespace migrator::cloud::aws::test
