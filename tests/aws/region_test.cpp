#include "cloud/aws/region.hpp"

#include <gtest/gtest.h>

#include "aws/credential_support.hpp"

namespace migrator::cloud::aws::test {
namespace {

using http_client::Request;
using http_client::Response;
using http_client::TransportFailure;

TEST(Region, IsTheFirstThatIsSaid) {
    FakeWorld world;
    world.environment = {
        {"HOME", "/h"},
        {"AWS_REGION", "r-two"},
        {"AWS_DEFAULT_REGION", "r-three"},
        {"ECS_CONTAINER_METADATA_URI_V4", "http://ecs.invalid/v4/id"}};
    world.files["/h/.aws/config"] = "[default]\nregion=r-four\n";
    world.serve([](const Request& request) -> Response {
        EXPECT_TRUE(request.direct);
        if (request.url == "http://ecs.invalid/v4/id/task") {
            return {200, {}, R"({"TaskARN":"arn:aws:ecs:r-five:1:task/c/t"})"};
        }
        if (request.method == "PUT") return {200, {}, "t"};
        EXPECT_EQ(request.url, "http://imds.invalid/latest/meta-data/placement/region");
        return {200, {}, "r-six\n"};
    });
    const auto region = [&](const std::string& configured = {}) {
        return find_region(safe(world), {}, configured);
    };
    EXPECT_EQ(region("r-one"), "r-one");
    EXPECT_EQ(region(), "r-two");
    world.environment.erase("AWS_REGION");
    EXPECT_EQ(region(), "r-three");
    world.environment.erase("AWS_DEFAULT_REGION");
    EXPECT_EQ(region(), "r-four");
    world.files.clear();
    EXPECT_EQ(region(), "r-five");
    world.environment.erase("ECS_CONTAINER_METADATA_URI_V4");
    EXPECT_EQ(region(), "r-six");
    const std::size_t requests = world.requests().size();
    world.environment["AWS_EXECUTION_ENV"] = "AWS_ECS_FARGATE";
    EXPECT_EQ(region(), "");
    EXPECT_EQ(world.requests().size(), requests);
}

TEST(Region, ThatIsNoPartOfAHostNameIsRefused) {
    FakeWorld world;
    for (const std::string& bad :
         {std::string("EU-west-1"),
          std::string("-a"),
          std::string("a-"),
          std::string("a.b"),
          std::string("evil.example/"),
          std::string("a b"),
          std::string(64, 'a')}) {
        SCOPED_TRACE(bad);
        EXPECT_TRUE(
            contains(error_of([&] { find_region(safe(world), {}, bad); }), "not an AWS region")
        );
        world.environment["AWS_REGION"] = bad;
        EXPECT_TRUE(contains(
            error_of([&] { find_region(safe(world), {}, {}); }), "AWS_REGION is not an AWS region"
        ));
    }
    EXPECT_EQ(find_region(safe(world), {}, std::string(63, 'a')), std::string(63, 'a'));
    EXPECT_EQ(find_region(safe(world), {}, "a"), "a");
}

TEST(Region, MetadataThatFailsIsPassedOver) {
    const struct {
        const char* name;
        std::function<void(FakeWorld&)> script;
    } cases[] = {
        {"hangs",
         [](FakeWorld& w) {
             for (int i = 0; i < 3; ++i) w.reply(TransportFailure::Timeout);
         }},
        {"garbage",
         [](FakeWorld& w) {
             w.reply(200, "<html>");
             w.reply(200, "t");
             w.reply(200, "<html>");
         }},
        {"refused",
         [](FakeWorld& w) {
             w.reply(403);
             w.reply(200, "t");
             w.reply(404);
         }},
        {"short ARN", [](FakeWorld& w) {
             w.reply(200, R"({"TaskARN":"arn:aws"})");
             w.reply(TransportFailure::Connect);
         }}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        FakeWorld world;
        world.environment["ECS_CONTAINER_METADATA_URI_V4"] = "http://ecs.invalid/v4";
        c.script(world);
        EXPECT_EQ(find_region(safe(world), {}, {}), "");
    }
}

TEST(Region, HasAPartition) {
    EXPECT_EQ(partition_of("eu-west-1").name, "aws");
    EXPECT_EQ(partition_of("cn-north-1").name, "aws-cn");
    EXPECT_EQ(partition_of("us-gov-east-1").name, "aws-us-gov");
    EXPECT_EQ(partition_of("us-isob-east-1").name, "aws-iso-b");
    EXPECT_EQ(partition_of("eusc-de-east-1").name, "aws-eusc");
}

}  // namespace
}  // namespace migrator::cloud::aws::test
