#include <gtest/gtest.h>

#include "aws/credential_support.hpp"
#include "support/small_http_server.hpp"

namespace migrator::cloud::aws::test {
namespace {

using http_client::Request;
using http_client::Response;
using http_client::TransportFailure;
using std::chrono::hours;

constexpr const char* kRoles = "/latest/meta-data/iam/security-credentials/";

class InstanceMetadata : public ::testing::Test {
protected:
    InstanceMetadata() {
        world.environment = {{"AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://imds.invalid/"}};
    }
    std::string good(hours life = hours(6)) {
        return R"({"Code":"Success","LastUpdated":"x","Type":"AWS-HMAC",)" +
               container_answer("ASIAINSTANCE00000001", in_time(world, life)).substr(1);
    }
    std::string failure() {
        return error_of([&] { source_in(world)->get(); });
    }
    FakeWorld world;
};

TEST_F(InstanceMetadata, IsReadWithAToken) {
    world.reply(200, "imds-token");
    world.reply(200, "node role\nother\n");
    world.reply(200, good());
    const auto source = source_in(world);
    EXPECT_EQ(source->get().access_key_id, "ASIAINSTANCE00000001");
    EXPECT_EQ(source->describe(), "instance metadata, key ASIA…0001, role node role");
    const auto requests = world.requests();
    EXPECT_EQ(requests.at(0).method, "PUT");
    EXPECT_EQ(requests.at(0).url, "http://imds.invalid/latest/api/token");
    EXPECT_EQ(header_of(requests.at(0).headers, "X-aws-ec2-metadata-token-ttl-seconds"), "21600");
    EXPECT_EQ(requests.at(1).url, std::string("http://imds.invalid") + kRoles);
    EXPECT_EQ(requests.at(2).url, std::string("http://imds.invalid") + kRoles + "node%20role");
    for (const Request& request : requests) EXPECT_TRUE(request.direct);
    for (const char* name : {"X-aws-ec2-metadata-token"}) {
        EXPECT_EQ(header_of(requests.at(1).headers, name), "imds-token");
        EXPECT_EQ(header_of(requests.at(2).headers, name), "imds-token");
    }
    EXPECT_EQ(world.limits().at(0).total, std::chrono::seconds(1));
}

TEST_F(InstanceMetadata, TokenIsKeptUntilItEnds) {
    world.serve([this](const Request& request) -> Response {
        if (request.method == "PUT") return {200, {}, "imds-token"};
        if (request.url.ends_with("/")) return {200, {}, "r"};
        return {200, {}, good(hours(4))};
    });
    const auto source = source_in(world);
    const auto puts = [&] {
        int count = 0;
        for (const Request& request : world.requests()) count += request.method == "PUT" ? 1 : 0;
        return count;
    };
    source->get();
    world.pass(hours(4));
    source->get();
    EXPECT_EQ(puts(), 1);
    world.pass(hours(4));
    source->get();
    EXPECT_EQ(puts(), 2);
}

TEST_F(InstanceMetadata, GoesOnWithoutATokenWhereThereIsNone) {
    for (const int status : {403, 404, 405}) {
        SCOPED_TRACE(status);
        FakeWorld old;
        old.reply(status);
        old.reply(200, "r");
        old.serve([&](const Request& request) -> Response {
            if (request.method == "PUT") return {404, {}, {}};
            return {200, {}, good()};
        });
        EXPECT_EQ(source_in(old)->get().access_key_id, "ASIAINSTANCE00000001");
        EXPECT_EQ(header_of(old.requests().at(1).headers, "X-aws-ec2-metadata-token"), "");
    }
}

TEST_F(InstanceMetadata, WithoutATokenAndVersionOneSwitchedOffFails) {
    world.environment["AWS_EC2_METADATA_V1_DISABLED"] = "true";
    world.reply(403);
    EXPECT_TRUE(contains(failure(), "IMDSv1 is disabled"));
}

TEST_F(InstanceMetadata, TellsOfTheHopLimit) {
    world.reply(TransportFailure::Timeout, "no response within 1 s");
    world.reply(401);
    const std::string text = failure();
    EXPECT_TRUE(contains(text, "HttpPutResponseHopLimit")) << text;
}

TEST_F(InstanceMetadata, RenewsATokenThatIsRefused) {
    world.reply(200, "old");
    world.reply(401);
    world.reply(200, "new");
    world.reply(200, "r");
    world.reply(200, good());
    EXPECT_EQ(source_in(world)->get().access_key_id, "ASIAINSTANCE00000001");
    EXPECT_EQ(header_of(world.requests().at(3).headers, "X-aws-ec2-metadata-token"), "new");
}

TEST_F(InstanceMetadata, FailuresAreTold) {
    const struct {
        const char* name;
        std::function<void(FakeWorld&)> script;
        const char* text;
    } cases[] = {
        {"no service",
         [](FakeWorld& w) { w.reply(TransportFailure::Connect, "refused"); },
         "instance metadata  refused"},
        {"token request refused", [](FakeWorld& w) { w.reply(400); }, "(status 400)"},
        {"hangs",
         [](FakeWorld& w) {
             for (int i = 0; i < 4; ++i) w.reply(TransportFailure::Timeout, "no answer");
         },
         "no answer"},
        {"401 twice",
         [](FakeWorld& w) {
             w.reply(200, "t");
             w.reply(401);
             w.reply(200, "t");
             w.reply(401);
         },
         "status 401"},
        {"no role",
         [](FakeWorld& w) {
             w.reply(200, "t");
             w.reply(404);
         },
         "has no IAM role"},
        {"empty",
         [](FakeWorld& w) {
             w.reply(200, "t");
             for (int i = 0; i < 3; ++i) w.reply(200, "");
         },
         "the response is empty"},
        {"500",
         [](FakeWorld& w) {
             w.reply(200, "t");
             for (int i = 0; i < 3; ++i) w.reply(500, "");
         },
         "status 500"},
        {"other code",
         [](FakeWorld& w) {
             w.reply(200, "t");
             w.reply(200, "r");
             w.reply(200, R"({"Code":"AssumeRoleUnauthorizedAccess","Message":"not trusted"})");
         },
         "role r: AssumeRoleUnauthorizedAccess: not trusted"},
        {"garbage",
         [](FakeWorld& w) {
             w.reply(200, "t");
             w.reply(200, "r");
             w.reply(200, "<html>");
         },
         "not a JSON object"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        FakeWorld broken;
        c.script(broken);
        const std::string text = error_of([&] { source_in(broken)->get(); });
        EXPECT_TRUE(contains(text, "no AWS credentials found:")) << text;
        EXPECT_TRUE(contains(text, c.text)) << text;
    }
}

TEST_F(InstanceMetadata, EndedCredentialsAreUsedOnForAWhile) {
    world.random = 0.5;
    world.serve([this](const Request& request) -> Response {
        if (request.method == "PUT") return {200, {}, "t"};
        if (request.url.ends_with("/")) return {200, {}, "r"};
        return {200, {}, good(hours(-1))};
    });
    const LogLines lines;
    const auto source = source_in(world);
    EXPECT_EQ(source->get().expires, world.now() + std::chrono::seconds(750));
    EXPECT_TRUE(contains(lines.text(), "still using them")) << lines.text();
    const std::size_t before = world.requests().size();
    world.pass(std::chrono::seconds(740));
    source->get();
    EXPECT_GT(world.requests().size(), before);
}

TEST_F(InstanceMetadata, SettingsAreChecked) {
    const struct {
        const char* name;
        const char* value;
    } cases[] = {
        {"AWS_EC2_METADATA_SERVICE_ENDPOINT", "file:///x"},
        {"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv5"},
        {"AWS_METADATA_SERVICE_TIMEOUT", "x"},
        {"AWS_METADATA_SERVICE_NUM_ATTEMPTS", "0"}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        FakeWorld odd;
        odd.environment = {{c.name, c.value}};
        const std::string text = error_of([&] { source_in(odd)->get(); });
        EXPECT_TRUE(contains(text, std::string(c.name) + " ")) << text;
    }
}

TEST_F(InstanceMetadata, IsReadThroughARealSocket) {
    migrator::test::RequestLog log;
    migrator::test::SmallHttpServer server([&](migrator::test::ServedConnection& connection) {
        for (;;) {
            const std::string request = connection.read_request();
            if (request.empty()) return;
            log.add(request);
            if (request.starts_with("PUT ")) {
                const bool has_length = contains(request, "Content-Length: 0\r\n");
                connection.answer(has_length ? 200 : 411, "imds-token");
            } else if (contains(request, "security-credentials/ ")) {
                connection.answer(200, "r\n");
            } else {
                connection.answer(200, good());
            }
        }
    });
    migrator::test::forget_proxies();
    world.environment = {{"AWS_EC2_METADATA_SERVICE_ENDPOINT", server.url()}};
    Surroundings surroundings = safe(world);
    surroundings.open_transport = [] { return http_client::make_transport(); };
    const auto source = make_credential_source(surroundings, {});
    EXPECT_EQ(source->get().session_token, "t0k3n");
    EXPECT_EQ(log.size(), 3U);
}

}  // namespace
}  // namespace migrator::cloud::aws::test
