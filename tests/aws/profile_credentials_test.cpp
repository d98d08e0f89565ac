#include <gtest/gtest.h>

#include "aws/credential_support.hpp"

namespace migrator::cloud::aws::test {
namespace {

using http_client::Request;
using http_client::Response;
using std::chrono::hours;

class ProfileCredentials : public ::testing::Test {
protected:
    ProfileCredentials() {
        world.environment = {{"HOME", "/h"}, {"AWS_REGION", "eu-west-1"}, {"AWS_PROFILE", "p"}};
        world.serve([this](const Request& request) -> Response {
            EXPECT_TRUE(request.url.starts_with("https://sts.eu-west-1.amazonaws.com"))
                << request.url;
            const bool is_web = contains(request.body, "WebIdentityToken=");
            return {
                200,
                {},
                sts_answer(
                    is_web ? "AssumeRoleWithWebIdentity" : "AssumeRole",
                    "ASIAROLE" + std::to_string(100'000'000 + world.requests().size()),
                    in_time(world, hours(1))
                )};
        });
    }
    void config(const std::string& text) { world.files["/h/.aws/config"] = text; }
    std::string failure() {
        return error_of([&] { source_in(world)->get(); });
    }
    FakeWorld world;
};

constexpr const char* kBase =
    "[profile base]\naws_access_key_id=AKIABASE000000000001\naws_secret_access_key=base-secret\n";

TEST_F(ProfileCredentials, StaticKeysAreRead) {
    config(
        "[profile p]\naws_access_key_id=AKIAP000000000000001\naws_secret_access_key=s\n"
        "aws_session_token=t\n"
    );
    const auto source = source_in(world);
    EXPECT_EQ(source->get().session_token, "t");
    EXPECT_EQ(source->describe(), "profile \"p\" (keys), key AKIA…0001");
}

TEST_F(ProfileCredentials, KeysThatWereChangedInTheFileAreSeenAfterARefusal) {
    config("[profile p]\naws_access_key_id=AKIAP000000000000001\naws_secret_access_key=s\n");
    const auto source = source_in(world);
    source->refuse(source->get());
    config("[profile p]\naws_access_key_id=AKIAP000000000000002\naws_secret_access_key=s\n");
    EXPECT_EQ(source->get().access_key_id, "AKIAP000000000000002");
}

TEST_F(ProfileCredentials, RoleIsTakenWithTheKeysOfItsSource) {
    config(
        std::string(kBase) +
        "[profile p]\nrole_arn=arn:aws:iam::1:role/r\nsource_profile=base\n"
        "external_id=a b&c\nrole_session_name=deploy\nduration_seconds=900\n"
    );
    const auto source = source_in(world);
    const Credentials credentials = source->get();
    EXPECT_EQ(credentials.secret_access_key, "role-secret");
    EXPECT_EQ(credentials.session_token, "role-token");
    EXPECT_EQ(credentials.expires, world.now() + hours(1));
    const Request request = world.requests().at(0);
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(
        request.body,
        "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr&"
        "RoleSessionName=deploy&ExternalId=a%20b%26c&DurationSeconds=900"
    );
    const std::string signature = header_of(request.headers, "Authorization");
    EXPECT_TRUE(contains(signature, "AKIABASE000000000001/20260102/eu-west-1/sts/")) << signature;
    EXPECT_TRUE(contains(source->describe(), "role arn:aws:sts::1:assumed-role/r/s"));
}

TEST_F(ProfileCredentials, RolesFollowEachOther) {
    config(
        std::string(kBase) +
        "[profile middle]\nrole_arn=arn:middle\nsource_profile=base\n"
        "[profile p]\nrole_arn=arn:last\nsource_profile=middle\n"
    );
    source_in(world)->get();
    const auto requests = world.requests();
    ASSERT_EQ(requests.size(), 2U);
    EXPECT_TRUE(contains(requests[0].body, "RoleArn=arn%3Amiddle"));
    EXPECT_TRUE(contains(requests[1].body, "RoleArn=arn%3Alast"));
    EXPECT_TRUE(contains(header_of(requests[1].headers, "Authorization"), "ASIAROLE100000001/"));
    EXPECT_TRUE(contains(requests[1].body, "RoleSessionName=migrator-1767323045"));
}

TEST_F(ProfileCredentials, ProfileThatNamesItselfMeansItsOwnKeys) {
    config(
        "[profile p]\nrole_arn=arn:r\nsource_profile=p\naws_access_key_id=AKIAOWN0000000000001\n"
        "aws_secret_access_key=s\n"
    );
    EXPECT_EQ(source_in(world)->get().access_key_id, "ASIAROLE100000001");
    EXPECT_TRUE(contains(
        header_of(world.requests().at(0).headers, "Authorization"), "AKIAOWN0000000000001/"
    ));
}

TEST_F(ProfileCredentials, SourceMayBeAnotherWay) {
    const struct {
        const char* source;
        const char* key;
    } cases[] = {
        {"Environment", "AKIAENVIRONMENT00001/"},
        {"ecscontainer", "ASIACONTAINER0000001/"},
        {"EC2INSTANCEMETADATA", "ASIAINSTANCE00000001/"}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.source);
        FakeWorld other;
        other.environment = {
            {"HOME", "/h"},
            {"AWS_REGION", "eu-west-1"},
            {"AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT00001"},
            {"AWS_SECRET_ACCESS_KEY", "s"},
            {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/c"}};
        other.files["/h/.aws/config"] =
            "[profile p]\nrole_arn=arn:r\ncredential_source=" + std::string(c.source) + "\n";
        std::string signature;
        other.serve([&](const Request& request) -> Response {
            const std::string end = in_time(other, hours(6));
            if (contains(request.url, "sts.")) {
                signature = header_of(request.headers, "Authorization");
                return {200, {}, sts_answer("AssumeRole", "ASIAROLE000000000001", end)};
            }
            if (contains(request.url, "ecs.invalid")) {
                return {200, {}, container_answer("ASIACONTAINER0000001", end)};
            }
            if (request.method == "PUT") return {200, {}, "t"};
            if (request.url.ends_with("/")) return {200, {}, "r"};
            return {200, {}, container_answer("ASIAINSTANCE00000001", end)};
        });
        source_in(other, {.profile = "p", .region = {}})->get();
        EXPECT_TRUE(contains(signature, c.key)) << signature;
    }
}

TEST_F(ProfileCredentials, WebIdentityOfAProfileIsNotSigned) {
    world.files["/token"] = " h.p.s \n";
    config("[profile p]\nrole_arn=arn:r\nweb_identity_token_file=/token\n");
    EXPECT_EQ(source_in(world)->get().access_key_id, "ASIAROLE100000001");
    const Request request = world.requests().at(0);
    EXPECT_EQ(header_of(request.headers, "Authorization"), "");
    EXPECT_TRUE(contains(request.body, "WebIdentityToken=h.p.s"));
}

TEST_F(ProfileCredentials, CommandIsRunForThemAndAgainWhenTheyEnd) {
    int runs = 0;
    world.run = [&](const std::string& command) -> ProcessResult {
        EXPECT_EQ(command, "tool --for p");
        return {
            0,
            R"({"Version":1,"AccessKeyId":"AKIAPROCESS000000001","SecretAccessKey":"s)" +
                std::to_string(++runs) + R"(","SessionToken":"t","Expiration":")" +
                in_time(world, hours(1)) + "\"}",
            {}};
    };
    config("[profile p]\ncredential_process = tool --for p\n");
    const auto source = source_in(world);
    EXPECT_EQ(source->get().secret_access_key, "s1");
    world.pass(std::chrono::minutes(50));
    EXPECT_EQ(source->get().secret_access_key, "s2");
}

TEST_F(ProfileCredentials, CommandWithoutAnEndIsNotRunAgain) {
    world.run = [](const std::string&) -> ProcessResult {
        return {0, R"({"Version":1,"AccessKeyId":"A","SecretAccessKey":"s"})", {}};
    };
    config("[profile p]\ncredential_process = tool\n");
    EXPECT_FALSE(source_in(world)->get().expires);
}

TEST_F(ProfileCredentials, CommandsThatFailAreTold) {
    const struct {
        ProcessResult result;
        const char* text;
    } cases[] = {
        {{3, "marker", "first\nnot logged in\n"}, "exited with code 3: not logged in"},
        {{1, "marker", ""}, "its standard error is empty"},
        {{0, "marker", ""}, "\"Version\": 1"},
        {{0, R"({"Version":2,"AccessKeyId":"marker","SecretAccessKey":"marker"})", ""},
         "\"Version\": 1"},
        {{0, R"({"Version":1,"AccessKeyId":"marker"})", ""}, "has no SecretAccessKey"},
        {{0, R"({"Version":1,"AccessKeyId":"a","SecretAccessKey":"marker","Expiration":"x"})", ""},
         "not an RFC 3339 time"}};
    config("[profile p]\ncredential_process = tool\n");
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        world.run = [&](const std::string&) { return c.result; };
        EXPECT_TRUE(contains(failure(), c.text)) << failure();
        EXPECT_FALSE(contains(failure(), "marker")) << failure();
    }
}

TEST_F(ProfileCredentials, ContradictionsAreRefused) {
    const struct {
        const char* keys;
        const char* text;
    } cases[] = {
        {"role_arn=r", "has role_arn without"},
        {"role_arn=r\naws_access_key_id=a\naws_secret_access_key=b", "has role_arn without"},
        {"role_arn=r\nsource_profile=x\ncredential_source=Environment", "remove one of them"},
        {"role_arn=r\nsource_profile=x\nmfa_serial=m", "needs an MFA code"},
        {"role_arn=r\nsource_profile=x", "has source_profile \"x\", which is not in"},
        {"role_arn=r\nsource_profile=p", "but has no keys"},
        {"role_arn=r\nsource_profile=q\n[profile q]\nregion=x", "profile \"q\" has no credentials"},
        {"role_arn=r\ncredential_source=Moon", "unknown credential_source"},
        {"role_arn=r\ncredential_source=Environment", "AWS_ACCESS_KEY_ID is not set"},
        {"role_arn=r\ncredential_source=EcsContainer", "_FULL_URI are not set"},
        {"role_arn=r\nsource_profile=p\nduration_seconds=899", "from 900 to 43200"},
        {"role_arn=r\nsource_profile=p\nduration_seconds=1h", "from 900 to 43200"},
        {"role_arn=r\nsource_profile=p\nrole_session_name=a b", "session name"},
        {"role_arn=r\nsource_profile=q\nduration_seconds=3601\n"
         "[profile q]\nrole_arn=s\nsource_profile=q",
         "at most 3600"},
        {"aws_access_key_id=a", "only one of"},
        {"aws_secret_access_key=a", "only one of"},
        {"sso_account_id=1\nsso_role_name=r", "aws configure export-credentials --format process"},
        {"login_session=x", "aws configure export-credentials --format process"},
        {"role_arn=r\nweb_identity_token_file=/none", "the token file /none does not exist"},
        {"role_arn=r\nsource_profile=q\n[profile q]\nrole_arn=s\nsource_profile=s\n"
         "[profile s]\nrole_arn=t\nsource_profile=p",
         "circular source_profile: p -> q -> s -> p"}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.keys);
        config("[profile p]\n" + std::string(c.keys) + "\n");
        EXPECT_TRUE(contains(failure(), c.text)) << failure();
        EXPECT_EQ(kind_of([&] { source_in(world)->get(); }), ErrorKind::Configuration);
    }
    EXPECT_TRUE(world.requests().empty());
}

}  // namespace
}  // namespace migrator::cloud::aws::test
