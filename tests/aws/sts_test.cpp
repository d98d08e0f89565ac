#include "cloud/aws/sts.hpp"

#include <gtest/gtest.h>

#include "aws/credential_support.hpp"
#include "cloud/aws/client.hpp"

namespace migrator::cloud::aws::test {
namespace {

using http_client::Request;
using http_client::Response;
using http_client::TransportFailure;
using std::chrono::hours;

/// {"iss":"https://issuer","sub":"system:serviceaccount:ns:migrator","aud":["sts"],"exp":1767323045}
constexpr const char* kToken =
    "eyJhbGciOiJub25lIn0."
    "eyJpc3MiOiJodHRwczovL2lzc3VlciIsInN1YiI6InN5c3RlbTpzZXJ2aWNlYWNjb3VudDpuczptaWdyYXRvciIsImF1ZC"
    "I6WyJzdHMiXSwiZXhwIjoxNzY3MzIzMDQ1fQ.c2lnbmF0dXJlLW1hcmtlcg";

class WebIdentity : public ::testing::Test {
protected:
    WebIdentity() {
        world.environment = {
            {"AWS_WEB_IDENTITY_TOKEN_FILE", "/token"},
            {"AWS_ROLE_ARN", "arn:aws:iam::1:role/web"},
            {"AWS_REGION", "eu-west-1"}};
        world.files = {{"/token", std::string(kToken) + "\n"}};
    }
    std::string good() {
        return sts_answer(
            "AssumeRoleWithWebIdentity", "ASIAWEBIDENTITY00001", in_time(world, hours(1))
        );
    }
    std::string failure() {
        return error_of([&] { source_in(world)->get(); });
    }
    FakeWorld world;
};

TEST_F(WebIdentity, GivesARoleForTheTokenInAFile) {
    world.environment["AWS_ROLE_SESSION_NAME"] = "pod-1";
    world.reply(200, good());
    const auto source = source_in(world);
    EXPECT_EQ(source->get().access_key_id, "ASIAWEBIDENTITY00001");
    EXPECT_EQ(
        source->describe(), "web identity, key ASIA…0001, role arn:aws:sts::1:assumed-role/r/s"
    );
    const Request request = world.requests().at(0);
    EXPECT_EQ(request.url, "https://sts.eu-west-1.amazonaws.com/");
    EXPECT_EQ(header_of(request.headers, "Authorization"), "");
    EXPECT_FALSE(request.direct);
    EXPECT_EQ(
        request.body,
        "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole"
        "%2Fweb&RoleSessionName=pod-1&WebIdentityToken=" +
            std::string(kToken)
    );
}

TEST_F(WebIdentity, ReadsTheFileForEachRefresh) {
    world.reply(200, good());
    world.reply([this](const Request& request) -> Response {
        EXPECT_TRUE(contains(request.body, "WebIdentityToken=second"));
        return {200, {}, good()};
    });
    const auto source = source_in(world);
    source->get();
    world.files["/token"] = "second";
    world.pass(std::chrono::minutes(50));
    source->get();
    EXPECT_EQ(world.requests().size(), 2U);
}

TEST_F(WebIdentity, BadFilesAreTold) {
    world.files["/token"] = " \n";
    EXPECT_TRUE(contains(failure(), "/token is empty")) << failure();
    world.files.clear();
    EXPECT_TRUE(contains(failure(), "/token does not exist")) << failure();
    Surroundings surroundings = safe(world);
    surroundings.read_file = [](const std::string& path) -> std::optional<std::string> {
        if (path != "/token") return std::nullopt;
        throw Error(ErrorKind::Configuration, "could not read " + path + ": Permission denied");
    };
    const std::string text = error_of([&] { make_credential_source(surroundings, {})->get(); });
    EXPECT_TRUE(contains(text, "securityContext.fsGroup")) << text;
}

TEST_F(WebIdentity, RefusalsSayWhatToDo) {
    const struct {
        const char* code;
        int status;
        int requests;
        const char* text;
    } cases[] = {
        {"AccessDenied",
         403,
         1,
         "the trust policy of arn:aws:iam::1:role/web does not allow "
         "sub=\"system:serviceaccount:ns:migrator\" aud=[\"sts\"] iss=\"https://issuer\" "
         "exp=1767323045"},
        {"InvalidIdentityToken", 400, 3, "has no OIDC provider for the issuer of"},
        {"ExpiredTokenException", 400, 2, "its file was not refreshed"},
        {"IDPRejectedClaim", 403, 1, "the identity provider rejected"},
        {"RegionDisabledException", 403, 1, "disabled in eu-west-1"},
        {"ValidationError", 400, 1, "STS AssumeRoleWithWebIdentity: ValidationError (status 400)"},
        {"PackedPolicyTooLarge", 400, 1, "PackedPolicyTooLarge"},
        {"IDPCommunicationError", 400, 5, "IDPCommunicationError"},
        {"Throttling", 400, 5, "Throttling"},
        {"InternalFailure", 500, 5, "InternalFailure"}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.code);
        FakeWorld refusing;
        refusing.environment = world.environment;
        refusing.files = world.files;
        refusing.serve([&](const Request&) -> Response {
            return {c.status, {}, sts_error(c.code, "token " + std::string(kToken))};
        });
        const std::string text = error_of([&] { source_in(refusing)->get(); });
        EXPECT_TRUE(contains(text, c.text)) << text;
        EXPECT_TRUE(contains(text, "request ID req-1")) << text;
        EXPECT_FALSE(contains(text, "c2lnbmF0dXJlLW1hcmtlcg")) << text;
        EXPECT_EQ(refusing.requests().size(), static_cast<std::size_t>(c.requests));
    }
}

TEST_F(WebIdentity, WhatPassesIsTriedAgain) {
    world.reply(400, sts_error("InvalidIdentityToken"));
    world.reply(TransportFailure::Timeout);
    world.reply(503, "busy");
    world.reply(200, good());
    EXPECT_EQ(source_in(world)->get().access_key_id, "ASIAWEBIDENTITY00001");
}

TEST_F(WebIdentity, AnswersOfOthersAreTold) {
    const struct {
        int status;
        const char* body;
    } cases[] = {
        {200, "<html>"},
        {200, ""},
        {403, "<Error><Code>AccessDenied</Code></Error>"},
        {404, "not found"}};
    world.environment["AWS_ENDPOINT_URL"] = "http://127.0.0.1:9000";
    for (const auto& c : cases) {
        SCOPED_TRACE(c.body);
        world.reply(c.status, c.body);
        const std::string text = failure();
        EXPECT_TRUE(contains(text, "a response that is not from STS")) << text;
        EXPECT_TRUE(contains(text, "AWS_ENDPOINT_URL_S3")) << text;
    }
}

TEST_F(WebIdentity, HangingServiceIsUnavailable) {
    world.serve([](const Request&) -> Response {
        throw http_client::TransportError(TransportFailure::Timeout, "POST sts: no answer in 30 s");
    });
    EXPECT_EQ(kind_of([&] { source_in(world)->get(); }), ErrorKind::Unavailable);
    EXPECT_TRUE(contains(failure(), "AWS credentials from web identity: POST sts"));
}

TEST(SourceOfARole, RefusalsSayWhoIsRefused) {
    const struct {
        const char* code;
        const char* text;
    } cases[] = {
        {"AccessDenied", "is not allowed to assume arn:r; allow it sts:AssumeRole"},
        {"InvalidClientTokenId", "AWS does not know the access key of profile \"b\" (keys)"},
        {"SignatureDoesNotMatch", "the secret access key does not match the key ID"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.code);
        FakeWorld world;
        world.environment = {{"HOME", "/h"}, {"AWS_REGION", "eu-west-1"}};
        world.files["/h/.aws/config"] =
            "[default]\nrole_arn=arn:r\nsource_profile=b\n[profile b]\n"
            "aws_access_key_id=AKIABASE000000000001\naws_secret_access_key=marker\n";
        world.serve([&](const Request&) -> Response { return {403, {}, sts_error(c.code)}; });
        const std::string text = error_of([&] { source_in(world)->get(); });
        EXPECT_TRUE(contains(text, c.text)) << text;
        EXPECT_TRUE(contains(text, "AKIA…0001")) << text;
        EXPECT_FALSE(contains(text, "marker")) << text;
    }
}

TEST(SourceOfARole, IsGotAnewOnceWhenItHasEnded) {
    FakeWorld world;
    world.environment = {{"HOME", "/h"}, {"AWS_REGION", "eu-west-1"}};
    world.files["/h/.aws/config"] =
        "[default]\nrole_arn=arn:r\nsource_profile=b\n[profile b]\ncredential_process=tool\n";
    int runs = 0;
    world.run = [&](const std::string&) -> ProcessResult {
        const std::string number = std::to_string(++runs);
        return {
            0, R"({"Version":1,"AccessKeyId":"KEY)" + number + R"(","SecretAccessKey":"s"})", {}};
    };
    world.reply(403, sts_error("ExpiredToken"));
    world.reply(200, sts_answer("AssumeRole", "ASIAROLE000000000001", in_time(world, hours(1))));
    EXPECT_EQ(source_in(world)->get().access_key_id, "ASIAROLE000000000001");
    EXPECT_TRUE(
        contains(header_of(world.requests().at(1).headers, "Authorization"), "Credential=KEY2/")
    );
}

class CallerArn : public ::testing::Test {
protected:
    CallerArn() {
        world.environment = {
            {"AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT00001"},
            {"AWS_SECRET_ACCESS_KEY", "s"},
            {"AWS_REGION", "eu-west-1"},
            {"AWS_MAX_ATTEMPTS", "7"}};
    }
    std::optional<std::string> arn() { return caller_arn(safe(world), source_in(world)); }
    FakeWorld world;
};

TEST_F(CallerArn, IsAskedForOnceAndQuickly) {
    world.reply(
        200,
        "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::1:user/u</Arn>"
        "</GetCallerIdentityResult></GetCallerIdentityResponse>"
    );
    EXPECT_EQ(arn(), "arn:aws:iam::1:user/u");
    EXPECT_EQ(world.requests().at(0).body, "Action=GetCallerIdentity&Version=2011-06-15");
    EXPECT_NE(header_of(world.requests().at(0).headers, "Authorization"), "");
    EXPECT_EQ(world.limits().at(0).total, std::chrono::seconds(2));
}

TEST_F(CallerArn, IsMissingWhenTheServiceDoesNotSay) {
    world.reply(503, "");
    EXPECT_EQ(arn(), std::nullopt);
    world.reply(TransportFailure::Timeout);
    EXPECT_EQ(arn(), std::nullopt);
    world.reply(200, "<html>");
    EXPECT_EQ(arn(), std::nullopt);
    EXPECT_EQ(world.requests().size(), 3U);
    world.environment = {{"AWS_EC2_METADATA_DISABLED", "true"}};
    EXPECT_EQ(arn(), std::nullopt);
    EXPECT_EQ(caller_arn(safe(world), nullptr), std::nullopt);
}

}  // namespace
}  // namespace migrator::cloud::aws::test
