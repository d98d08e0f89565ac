#include <gtest/gtest.h>

#include <cstdlib>

#include "aws/credential_support.hpp"
#include "support/small_http_server.hpp"

namespace migrator::cloud::aws::test {
namespace {

using http_client::TransportFailure;
using std::chrono::hours;

class ContainerCredentials : public ::testing::Test {
protected:
    ContainerCredentials() {
        world.environment = {
            {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials/1?id=2"},
            {"AWS_EC2_METADATA_DISABLED", "true"}};
    }
    std::string good() {
        return container_answer("ASIACONTAINER0000001", in_time(world, hours(6)));
    }
    std::string failure() {
        return error_of([&] { source_in(world)->get(); });
    }
    void use_full(const std::string& url) {
        world.environment.erase("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
        world.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = url;
    }
    FakeWorld world;
};

TEST_F(ContainerCredentials, ComeFromTheRelativeUri) {
    world.reply(200, good());
    const auto source = source_in(world);
    const Credentials credentials = source->get();
    EXPECT_EQ(credentials.access_key_id, "ASIACONTAINER0000001");
    EXPECT_EQ(credentials.secret_access_key, "s3cr3t");
    EXPECT_EQ(credentials.session_token, "t0k3n");
    EXPECT_EQ(credentials.expires, world.now() + hours(6));
    EXPECT_EQ(
        source->describe(),
        "container (ECS task role), key ASIA…0001, role arn:aws:iam::1:role/task"
    );
    const auto request = world.requests().at(0);
    EXPECT_EQ(request.url, "http://ecs.invalid/v2/credentials/1?id=2");
    EXPECT_TRUE(request.direct);
    EXPECT_EQ(header_of(request.headers, "Accept"), "application/json");
    EXPECT_EQ(header_of(request.headers, "Authorization"), "");
    EXPECT_EQ(world.limits().at(0).total, std::chrono::seconds(2));
}

TEST_F(ContainerCredentials, RelativeUriWinsWithAWarning) {
    world.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://127.0.0.1/x";
    world.reply(200, good());
    const LogLines lines;
    source_in(world)->get();
    EXPECT_TRUE(contains(lines.text(), "FULL_URI is ignored")) << lines.text();
    EXPECT_TRUE(contains(world.requests().at(0).url, "ecs.invalid"));
}

TEST_F(ContainerCredentials, FullUriIsAskedOnlyWhereItIsSafe) {
    const struct {
        const char* url;
        bool is_allowed;
    } cases[] = {
        {"http://localhost:80/c", true},
        {"http://127.0.0.1/c", true},
        {"http://127.9.9.9:1/c", true},
        {"http://[::1]:2/c", true},
        {"http://169.254.170.2/c", true},
        {"http://169.254.170.23/v1/credentials", true},
        {"http://[fd00:ec2::23]/v1/credentials", true},
        {"http://[FD00:EC2:0::23]/v1/credentials", true},
        {"https://anything.example/c", true},
        {"http://anything.example/c", false},
        {"http://169.254.170.3/c", false},
        {"http://127.0.0.1.evil.example/c", false},
        {"http://localhost.evil.example/c", false},
        {"http://localhost@evil.example/c", false},
        {"http://[::2]/c", false},
        {"http://10.0.0.1/?x=127.0.0.1", false},
        {"ftp://127.0.0.1/c", false},
        {"file:///etc/passwd", false},
        {"127.0.0.1/c", false},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.url);
        FakeWorld one;
        one.environment = {
            {"AWS_CONTAINER_CREDENTIALS_FULL_URI", c.url},
            {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "t"}};
        one.serve([&](const http_client::Request&) -> http_client::Response {
            return {200, {}, good()};
        });
        const bool has_worked = error_of([&] { source_in(one)->get(); }) == "(no error)";
        EXPECT_EQ(has_worked, c.is_allowed);
        EXPECT_EQ(one.requests().size(), c.is_allowed ? 1U : 0U);
    }
}

TEST_F(ContainerCredentials, TokenFileIsReadEachTimeAndWins) {
    use_full("http://169.254.170.23/v1/credentials");
    world.environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "of the environment";
    world.environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = "/token";
    world.files["/token"] = "first\r\n";
    world.reply(500, "");
    world.reply([this](const http_client::Request&) -> http_client::Response {
        world.files["/token"] = "second";
        return {200, {}, container_answer("ASIACONTAINER0000001", in_time(world, hours(1)))};
    });
    world.reply(200, container_answer("ASIACONTAINER0000002", in_time(world, hours(7))));
    const auto source = source_in(world);
    source->get();
    world.pass(std::chrono::minutes(50));
    EXPECT_EQ(source->get().access_key_id, "ASIACONTAINER0000002");
    const auto requests = world.requests();
    EXPECT_EQ(header_of(requests.at(0).headers, "Authorization"), "first");
    EXPECT_EQ(header_of(requests.at(2).headers, "Authorization"), "second");
    EXPECT_TRUE(contains(source->describe(), "EKS Pod Identity"));
}

TEST_F(ContainerCredentials, BadTokensStopBeforeAnythingIsSent) {
    world.environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = "/token";
    EXPECT_TRUE(contains(failure(), "/token does not exist")) << failure();
    world.files["/token"] = "\n";
    EXPECT_TRUE(contains(failure(), "/token is empty")) << failure();
    world.files["/token"] = "evil\r\nX-Other: 1";
    EXPECT_TRUE(contains(failure(), "control characters")) << failure();
    EXPECT_FALSE(contains(failure(), "X-Other"));
    EXPECT_TRUE(world.requests().empty());
}

TEST_F(ContainerCredentials, TryAgainWhatMayPass) {
    const struct {
        const char* name;
        std::function<void(FakeWorld&)> fault;
        const char* text;
    } cases[] = {
        {"refused",
         [](FakeWorld& w) { w.reply(TransportFailure::Connect, "refused"); },
         "ECS agent"},
        {"hangs",
         [](FakeWorld& w) { w.reply(TransportFailure::Timeout, "no answer"); },
         "no answer"},
        {"429", [](FakeWorld& w) { w.reply(429, "{}"); }, "status 429"},
        {"500",
         [](FakeWorld& w) { w.reply(500, R"({"code":"InternalServerError","message":"oops"})"); },
         "status 500: InternalServerError: oops"},
        {"garbage", [](FakeWorld& w) { w.reply(200, "<html>"); }, "not a JSON object"},
        {"cut short",
         [](FakeWorld& w) { w.reply(200, R"({"AccessKeyId":"A","Se)"); },
         "not a JSON"},
        {"no token",
         [](FakeWorld& w) { w.reply(200, R"({"AccessKeyId":"A","SecretAccessKey":"B"})"); },
         "has no Token"},
        {"bad end",
         [](FakeWorld& w) {
             w.reply(
                 200,
                 R"({"AccessKeyId":"A","SecretAccessKey":"B","Token":"C","Expiration":"tomorrow"})"
             );
         },
         "not an RFC 3339 time"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        FakeWorld passing;
        passing.environment = world.environment;
        c.fault(passing);
        c.fault(passing);
        passing.reply(200, good());
        EXPECT_EQ(source_in(passing)->get().access_key_id, "ASIACONTAINER0000001");
        const std::vector<std::chrono::milliseconds> pauses(2, std::chrono::seconds(1));
        EXPECT_EQ(passing.sleeps(), pauses);

        FakeWorld lasting;
        lasting.environment = world.environment;
        for (int i = 0; i < 3; ++i) c.fault(lasting);
        const std::string text = error_of([&] { source_in(lasting)->get(); });
        EXPECT_TRUE(contains(text, c.text)) << text;
        EXPECT_EQ(lasting.requests().size(), 3U);
    }
}

TEST_F(ContainerCredentials, OtherRefusalsFailAtOnce) {
    world.environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "marker";
    world.reply(404, R"({"code":"InvalidIdInRequest","message":"marker: credentials not found"})");
    EXPECT_EQ(
        failure(),
        "AWS credentials from container: the endpoint returned status 404: "
        "InvalidIdInRequest: ***: credentials not found; the task is stopping, or the variable is "
        "out of date"
    );
    EXPECT_EQ(world.requests().size(), 1U);
}

TEST_F(ContainerCredentials, ComeThroughARealSocketPastAProxy) {
    migrator::test::RequestLog log;
    migrator::test::SmallHttpServer server([&](migrator::test::ServedConnection& connection) {
        log.add(connection.read_request());
        connection.answer(200, good());
    });
    std::uint16_t closed_port = 0;
    {
        const migrator::test::SmallHttpServer gone([](migrator::test::ServedConnection&) {});
        closed_port = gone.port();
    }
    use_full(server.url("/creds"));
    world.environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "Basic x";
    const std::string proxy = "http://127.0.0.1:" + std::to_string(closed_port);
    migrator::test::forget_proxies();
    ::setenv("http_proxy", proxy.c_str(), 1);
    Surroundings surroundings = safe(world);
    surroundings.open_transport = [] { return http_client::make_transport(); };
    const auto source = make_credential_source(surroundings, {});
    EXPECT_EQ(source->get().access_key_id, "ASIACONTAINER0000001");
    ::unsetenv("http_proxy");
    EXPECT_TRUE(log.only().starts_with("GET /creds HTTP/1.1\r\n")) << log.only();
    EXPECT_TRUE(contains(log.only(), "Authorization: Basic x\r\n")) << log.only();
}

}  // namespace
}  // namespace migrator::cloud::aws::test
