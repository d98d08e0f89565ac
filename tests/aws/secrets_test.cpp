#include "cloud/aws/secrets.hpp"

#include <gtest/gtest.h>

#include "cloud/aws/client.hpp"
#include "cloud/aws/clock_offset.hpp"
#include "cloud/aws/json_members.hpp"
#include "cloud/aws/secret_reference.hpp"
#include "core/log.hpp"
#include "fake_world.hpp"
#include "support/small_http_server.hpp"

namespace migrator::cloud::aws::test {
namespace {

using http_client::Response;
using http_client::TransportFailure;

constexpr const char* kArn =
    "arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/db-AbCdEf";
constexpr const char* kAnswer =
    R"({"ARN":"a","Name":"prod/db","SecretString":"{\"username\":\"u\",\"password\":\"s3cr\\\"et\",)"
    R"(\"port\": 5432, \"big\":123456789012345678901234567890, \"on\":true, \"no\":null,)"
    R"(\"list\": [1.50, \"a b\"]}"})";

class AwsSecrets : public testing::Test {
protected:
    AwsSecrets() {
        set_clock_offset(std::chrono::seconds(0));
        world_.environment = {
            {"AWS_REGION", "eu-west-1"},
            {"AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"},
            {"AWS_SECRET_ACCESS_KEY", "K3Y/S3CRET"},
            {"AWS_SESSION_TOKEN", "S3SSION"}};
        log::redirect([this](std::string_view line) { (log_ += line) += '\n'; });
    }
    ~AwsSecrets() override { log::redirect(nullptr); }

    /// The message of the error; none of the secrets may be in it, nor in the log.
    std::string error_of(const std::string& reference, ErrorKind kind) {
        std::string message;
        try {
            Secrets(world_.surroundings()).value(reference);
            ADD_FAILURE() << "no error for " << reference;
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), kind) << error.what();
            message = error.what();
        }
        for (const char* secret : {"K3Y", "S3SSION", "s3cr", "5432"}) {
            EXPECT_EQ((message + log_).find(secret), std::string::npos) << message << log_;
        }
        EXPECT_TRUE(message.starts_with("${" + reference + "}: ")) << message;
        return message;
    }

    FakeWorld world_;
    std::string log_;
};

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST_F(AwsSecrets, AsksSecretsManagerOnceForAllKeysOfASecret) {
    world_.reply(200, kAnswer);
    Secrets secrets(world_.surroundings());
    EXPECT_EQ(secrets.value("aws-secretsmanager:prod/db#password"), "s3cr\"et");
    EXPECT_EQ(secrets.value("aws-secretsmanager:prod/db#username"), "u");
    EXPECT_EQ(secrets.value("aws-secretsmanager:prod/db#port"), "5432");
    EXPECT_EQ(secrets.value("aws-secretsmanager:prod/db#on"), "true");
    EXPECT_EQ(secrets.value("aws-secretsmanager:prod/db#big"), "123456789012345678901234567890");
    EXPECT_EQ(secrets.value("aws-secretsmanager:prod/db#list"), "[1.50,\"a b\"]");
    ASSERT_EQ(world_.requests().size(), 1U);
    const http_client::Request request = world_.requests()[0];
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.url, "https://secretsmanager.eu-west-1.amazonaws.com/");
    EXPECT_EQ(request.body, R"({"SecretId":"prod/db"})");
    EXPECT_EQ(header_of(request.headers, "X-Amz-Target"), "secretsmanager.GetSecretValue");
    EXPECT_EQ(header_of(request.headers, "Content-Type"), "application/x-amz-json-1.1");
    EXPECT_TRUE(contains(
        header_of(request.headers, "Authorization"),
        "/20260102/eu-west-1/secretsmanager/aws4_request"
    ));
}

TEST_F(AwsSecrets, FetchesAnewAfterForget) {
    world_.reply(200, R"({"SecretString":"old"})");
    world_.reply(200, R"({"SecretString":"new"})");
    Secrets secrets(world_.surroundings());
    EXPECT_EQ(secrets.value("aws-secretsmanager:plain"), "old");
    EXPECT_EQ(secrets.value("aws-secretsmanager:plain"), "old");
    secrets.forget();
    EXPECT_EQ(secrets.value("aws-secretsmanager:plain"), "new");
}

TEST_F(AwsSecrets, KeepsNothingOfAFailure) {
    world_.reply(400, R"({"__type":"ResourceNotFoundException"})");
    world_.reply(200, R"({"SecretString":"there"})");
    Secrets secrets(world_.surroundings());
    EXPECT_THROW(secrets.value("aws-secretsmanager:plain"), ServiceError);
    EXPECT_EQ(secrets.value("aws-secretsmanager:plain"), "there");
}

TEST_F(AwsSecrets, TakesRegionKeyStageAndVersionFromAnArn) {
    world_.serve([](const auto&) { return Response{200, {}, kAnswer}; });
    Secrets secrets(world_.surroundings());
    const std::string reference = std::string("aws-secretsmanager:") + kArn;
    EXPECT_EQ(secrets.value(reference + ":password::"), "s3cr\"et");
    EXPECT_EQ(secrets.value(reference + ":username"), "u");
    EXPECT_EQ(secrets.value(reference + ":username:AWSPREVIOUS"), "u");
    EXPECT_EQ(secrets.value(reference + ":username::V1"), "u");
    const auto requests = world_.requests();
    ASSERT_EQ(requests.size(), 3U);
    EXPECT_EQ(requests[0].url, "https://secretsmanager.eu-central-1.amazonaws.com/");
    const std::string begin = std::string(R"({"SecretId":")") + kArn + "\"";
    EXPECT_EQ(requests[0].body, begin + "}");
    EXPECT_EQ(requests[1].body, begin + R"(,"VersionStage":"AWSPREVIOUS"})");
    EXPECT_EQ(requests[2].body, begin + R"(,"VersionId":"V1"})");
}

TEST_F(AwsSecrets, DecodesBinarySecrets) {
    const struct {
        const char* base64;
        std::string bytes;
    } cases[] = {
        {"", ""},
        {"YQ==", "a"},
        {"YWI=", "ab"},
        {"YWJj", "abc"},
        {"AAH/", std::string("\0\1\xff", 3)}};
    for (const auto& c : cases) {
        world_.reply(200, std::string(R"({"SecretBinary":")") + c.base64 + "\"}");
        EXPECT_EQ(Secrets(world_.surroundings()).value("aws-secretsmanager:b"), c.bytes);
    }
    world_.reply(200, R"({"SecretBinary":"YQ=="})");
    EXPECT_TRUE(contains(
        error_of("aws-secretsmanager:b#key", ErrorKind::Configuration), "the secret is binary"
    ));
    world_.reply(200, R"({"SecretBinary":"?!"})");
    error_of("aws-secretsmanager:b", ErrorKind::Unavailable);
}

TEST_F(AwsSecrets, ReadsParameters) {
    world_.serve([](const auto&) {
        return Response{
            200, {}, R"({"Parameters":[{"Name":"x","Value":"v"}],"InvalidParameters":[]})"};
    });
    const struct {
        const char* reference;
        const char* name;
        const char* region;
    } cases[] = {
        {"/prod/db/password", "/prod/db/password", "eu-west-1"},
        {"name", "name", "eu-west-1"},
        {"/prod/db/password:3", "/prod/db/password:3", "eu-west-1"},
        {"arn:aws-cn:ssm:cn-north-1:123456789012:parameter/prod/x:label",
         "arn:aws-cn:ssm:cn-north-1:123456789012:parameter/prod/x:label",
         "cn-north-1"}};
    for (const auto& c : cases) {
        Secrets secrets(world_.surroundings());
        EXPECT_EQ(secrets.value(std::string("aws-ssm:") + c.reference), "v");
        const http_client::Request request = world_.requests().back();
        EXPECT_EQ(
            request.body, std::string(R"({"Names":[")") + c.name + R"("],"WithDecryption":true})"
        );
        EXPECT_EQ(header_of(request.headers, "X-Amz-Target"), "AmazonSSM.GetParameters");
        EXPECT_TRUE(request.url.starts_with(std::string("https://ssm.") + c.region + "."));
    }
}

TEST_F(AwsSecrets, SaysThatAParameterIsNotThere) {
    world_.reply(200, R"({"Parameters":[],"InvalidParameters":["/x"]})");
    const std::string message = error_of("aws-ssm:/x", ErrorKind::Configuration);
    EXPECT_TRUE(contains(message, "ParameterNotFound")) << message;
    EXPECT_TRUE(contains(message, "eu-west-1")) << message;
}

TEST_F(AwsSecrets, ListsTheNamesOfKeysAndNoValue) {
    world_.serve([](const auto&) { return Response{200, {}, kAnswer}; });
    const std::string missing =
        error_of("aws-secretsmanager:prod/db#pasword", ErrorKind::Configuration);
    EXPECT_TRUE(contains(missing, "\"pasword\" of the secret does not exist")) << missing;
    EXPECT_TRUE(contains(missing, "big, list, on, password, port, username")) << missing;
    EXPECT_TRUE(contains(
        error_of("aws-secretsmanager:prod/db#no", ErrorKind::Configuration),
        "\"no\" of the secret is null"
    ));
    world_.serve([](const auto&) { return Response{200, {}, R"({"SecretString":"s3cr"})"}; });
    EXPECT_TRUE(contains(
        error_of("aws-secretsmanager:prod/db#key", ErrorKind::Configuration), "not a JSON object"
    ));
}

TEST_F(AwsSecrets, SaysWhatWasRefusedAndWhatToDo) {
    const struct {
        const char* code;
        ErrorKind kind;
        const char* advice;
    } cases[] = {
        {"AccessDeniedException", ErrorKind::Unavailable, "the task role"},
        {"AccessDeniedException",
         ErrorKind::Unavailable,
         "secretsmanager:GetSecretValue on "
         "arn:aws:secretsmanager:eu-west-1:ACCOUNT:secret:prod/db-??????"},
        {"AccessDeniedException", ErrorKind::Unavailable, "execution role"},
        {"com.amazon#DecryptionFailure:http://x", ErrorKind::Unavailable, "kms:Decrypt"},
        {"ResourceNotFoundException", ErrorKind::Configuration, "in eu-west-1 in this account"},
        {"InvalidRequestException", ErrorKind::Configuration, "scheduled for deletion"},
        {"ValidationException", ErrorKind::Configuration, "spelling of the reference"},
        {"SomethingNew", ErrorKind::Unavailable, "SomethingNew"}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.code);
        world_.reply(
            400,
            std::string(R"({"__type":")") + c.code + R"(","Message":"its words"})",
            {{"x-amzn-requestid", "id-1"}}
        );
        const std::string message = error_of("aws-secretsmanager:prod/db#password", c.kind);
        EXPECT_TRUE(contains(message, c.advice)) << message;
        EXPECT_TRUE(contains(message, ": its words; ")) << message;
        EXPECT_TRUE(contains(message, "(request ID id-1)")) << message;
        EXPECT_TRUE(contains(message, "AKIA…MPLE")) << message;
    }
    EXPECT_TRUE(world_.sleeps().empty());
}

TEST_F(AwsSecrets, NamesThePermissionForParameters) {
    world_.reply(400, R"({"__type":"AccessDeniedException"})");
    EXPECT_TRUE(contains(
        error_of("aws-ssm:name:3", ErrorKind::Unavailable),
        "ssm:GetParameters on arn:aws:ssm:eu-west-1:ACCOUNT:parameter/name,"
    ));
}

TEST_F(AwsSecrets, ShowsNothingOfWhatWasSigned) {
    world_.reply(
        400,
        R"({"__type":"InvalidSignatureException","message":"should be x-amz-security-token:S3SSION"})"
    );
    EXPECT_TRUE(contains(
        error_of("aws-secretsmanager:x", ErrorKind::Unavailable), "InvalidSignatureException"
    ));
}

TEST_F(AwsSecrets, TriesAgainWhatMayPass) {
    world_.reply(400, R"({"__type":"ThrottlingException"})");
    world_.reply(500, R"({"__type":"InternalServiceError"})");
    world_.reply(TransportFailure::Interrupted);
    world_.reply(200, R"({"SecretString":"v"})");
    EXPECT_EQ(Secrets(world_.surroundings()).value("aws-secretsmanager:x"), "v");
    EXPECT_EQ(world_.requests().size(), 4U);
    world_.serve([](const auto&) { return Response{503, {}, "<html>"}; });
    EXPECT_TRUE(contains(error_of("aws-secretsmanager:x", ErrorKind::Unavailable), "HTTP 503"));
    world_.serve([](const auto&) { return Response{200, {}, "<html>"}; });
    EXPECT_TRUE(contains(error_of("aws-secretsmanager:x", ErrorKind::Unavailable), "proxy"));
}

TEST_F(AwsSecrets, SaysWhyTheServiceIsOutOfReach) {
    const struct {
        TransportFailure failure;
        const char* advice;
    } cases[] = {
        {TransportFailure::Resolve, "check the region and DNS"},
        {TransportFailure::Timeout, "interface endpoint"},
        {TransportFailure::Certificate, "AWS_CA_BUNDLE"},
        {TransportFailure::Other, "gone"}};
    for (const auto& c : cases) {
        world_.serve([&](const auto&) -> Response {
            throw http_client::TransportError(c.failure, "gone");
        });
        EXPECT_TRUE(contains(error_of("aws-ssm:/x", ErrorKind::Unavailable), c.advice));
    }
}

TEST_F(AwsSecrets, NamesTheReferenceWhenCredentialsAreWrong) {
    world_.environment.erase("AWS_SECRET_ACCESS_KEY");
    EXPECT_TRUE(contains(
        error_of("aws-secretsmanager:x", ErrorKind::Configuration), "AWS_SECRET_ACCESS_KEY"
    ));
    EXPECT_TRUE(world_.requests().empty());
}

TEST_F(AwsSecrets, RefusesReferencesThatAreNone) {
    for (const std::string wrong :
         {"",
          "NAME",
          "azure-keyvault:x",
          "aws-secretsmanager:",
          "aws-secretsmanager:#key",
          "aws-secretsmanager:name#",
          "aws-secretsmanager:name:key",
          "aws-secretsmanager:arn:aws:s3:::bucket",
          "aws-secretsmanager:arn:aws:ssm:eu-west-1:1:secret:x",
          "aws-secretsmanager:arn:aws:secretsmanager::1:secret:x",
          "aws-secretsmanager:arn:aws:secretsmanager:eu-west-1:1:secret:",
          "aws-secretsmanager:arn:aws:secretsmanager:eu-west-1:1:secret",
          "aws-secretsmanager:arn:aws:secretsmanager:eu-west-1:1:secret:x#key",
          "aws-secretsmanager:arn:aws:secretsmanager:eu-west-1:1:secret:x:k:s:v:more",
          "aws-ssm:",
          "aws-ssm:/x#key",
          "aws-ssm:arn:aws:secretsmanager:eu-west-1:1:secret:x",
          "aws-ssm:arn:aws:ssm:eu-west-1:1:document/x"}) {
        error_of(wrong, ErrorKind::Configuration);
    }
    EXPECT_THROW(parse_secret_reference("aws-ssm:a\nb"), Error);
    EXPECT_TRUE(world_.requests().empty());
}

TEST(JsonMembers, KeepsWhatIsWritten) {
    const auto members = json_members(
        " {\"a\\u0062\" : \"x\\\\\" , \"n\":-1.50e+3,\"o\":{ \"k\" : [ ] , \"s\":\"} ,\\\"\"},"
        "\"n\":7, \"z\":null, \"\":\"\\u00fc\"} "
    );
    ASSERT_TRUE(members);
    EXPECT_EQ(members->at("ab"), "x\\");
    EXPECT_EQ(members->at("n"), "7");
    EXPECT_EQ(members->at("o"), "{\"k\":[],\"s\":\"} ,\\\"\"}");
    EXPECT_EQ(members->at("z"), std::nullopt);
    EXPECT_EQ(members->at(""), "\u00fc");
    EXPECT_EQ(members->size(), 5U);
    EXPECT_TRUE(json_members("{}")->empty());
    for (const char* wrong : {"", "[]", "\"x\"", "1", "{", "{\"a\"}", "{} x"}) {
        EXPECT_FALSE(json_members(wrong)) << wrong;
    }
}

TEST_F(AwsSecrets, TalksToARealServer) {
    migrator::test::forget_proxies();
    migrator::test::RequestLog requests;
    const migrator::test::SmallHttpServer server([&](migrator::test::ServedConnection& connection) {
        requests.add(connection.read_request());
        connection.answer(200, kAnswer, "Content-Type: application/x-amz-json-1.1\r\n");
    });
    world_.environment["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = server.url("/base");
    Surroundings surroundings = world_.surroundings();
    surroundings.open_transport = [] { return http_client::make_transport(); };
    EXPECT_EQ(Secrets(surroundings).value("aws-secretsmanager:prod/db#username"), "u");
    const std::string request = requests.only();
    EXPECT_TRUE(request.starts_with("POST /base/ HTTP/1.1\r\n")) << request;
    for (const std::string& part :
         {"\r\nHost: " + server.host() + "\r\n",
          std::string("\r\nX-Amz-Target: secretsmanager.GetSecretValue\r\n"),
          std::string("\r\nX-Amz-Security-Token: S3SSION\r\n"),
          std::string("SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target"
          )}) {
        EXPECT_TRUE(contains(request, part)) << part << "\nin\n" << request;
    }
    EXPECT_TRUE(request.ends_with("\r\n\r\n{\"SecretId\":\"prod/db\"}")) << request;
}

}  // namespace
}  // namespace migrator::cloud::aws::test
