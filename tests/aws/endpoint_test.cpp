#include <gtest/gtest.h>

#include "aws/credential_support.hpp"
#include "cloud/aws/client.hpp"

namespace migrator::cloud::aws::test {
namespace {

using Variables = std::map<std::string, std::string>;

struct Asked {
    std::string service = "s3";
    std::string region;
    std::string configured;
};
Endpoint resolved(FakeWorld& world, const Asked& asked) {
    return resolve_endpoint(safe(world), asked.service, {}, asked.region, asked.configured);
}

TEST(Endpoint, FollowsServiceRegionAndFlags) {
    const Variables none;
    const Variables fips{{"AWS_USE_FIPS_ENDPOINT", "TRUE"}};
    const Variables dual{{"AWS_USE_DUALSTACK_ENDPOINT", "true"}};
    const Variables both{{"AWS_USE_FIPS_ENDPOINT", "true"}, {"AWS_USE_DUALSTACK_ENDPOINT", "true"}};
    const Variables legacy{{"AWS_STS_REGIONAL_ENDPOINTS", "legacy"}};
    const struct {
        const char* service;
        const char* region;
        Variables environment;
        const char* url;
    } cases[] = {
        {"s3", "us-east-1", none, "https://s3.us-east-1.amazonaws.com"},
        {"s3", "cn-north-1", none, "https://s3.cn-north-1.amazonaws.com.cn"},
        {"s3", "eu-west-1", dual, "https://s3.dualstack.eu-west-1.amazonaws.com"},
        {"s3", "us-east-2", fips, "https://s3-fips.us-east-2.amazonaws.com"},
        {"s3", "us-east-2", both, "https://s3-fips.dualstack.us-east-2.amazonaws.com"},
        {"s3", "eusc-de-east-1", none, "https://s3.eusc-de-east-1.amazonaws.eu"},
        {"ssm", "us-gov-west-1", none, "https://ssm.us-gov-west-1.amazonaws.com"},
        {"ssm", "us-iso-east-1", none, "https://ssm.us-iso-east-1.c2s.ic.gov"},
        {"ssm", "us-isob-east-1", none, "https://ssm.us-isob-east-1.sc2s.sgov.gov"},
        {"secretsmanager",
         "eu-west-1",
         fips,
         "https://secretsmanager-fips.eu-west-1.amazonaws.com"},
        {"secretsmanager", "eu-west-1", dual, "https://secretsmanager.eu-west-1.api.aws"},
        {"secretsmanager",
         "cn-north-1",
         both,
         "https://secretsmanager-fips.cn-north-1.api.amazonwebservices.com.cn"},
        {"sts", "eu-west-1", none, "https://sts.eu-west-1.amazonaws.com"},
        {"sts", "eu-west-1", legacy, "https://sts.amazonaws.com"},
        {"sts", "eu-south-1", legacy, "https://sts.eu-south-1.amazonaws.com"},
        {"sts", "cn-north-1", legacy, "https://sts.cn-north-1.amazonaws.com.cn"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.url);
        FakeWorld world;
        world.environment = c.environment;
        world.environment["AWS_REGION"] = c.region;
        const Endpoint endpoint = resolved(world, {c.service, {}, {}});
        EXPECT_EQ(endpoint.url, c.url);
        EXPECT_EQ(endpoint.base_path, "");
        EXPECT_FALSE(endpoint.is_custom);
        const bool is_global = endpoint.url == "https://sts.amazonaws.com";
        EXPECT_EQ(endpoint.region, is_global ? "us-east-1" : c.region);
    }
}

TEST(Endpoint, OverridesWinInTheirOrder) {
    FakeWorld world;
    world.environment = {
        {"HOME", "/h"},
        {"AWS_REGION", "eu-west-1"},
        {"AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://127.0.0.1:1/base/"},
        {"AWS_ENDPOINT_URL", "https://all.example:8443"}};
    world.files["/h/.aws/config"] =
        "[default]\nservices=local\nendpoint_url=https://profile.example\n"
        "[services local]\nsecrets_manager =\n  endpoint_url = https://services.example/x\n";
    const Asked asked{"secretsmanager", {}, {}};
    Endpoint endpoint = resolved(world, {"secretsmanager", {}, "https://configured.example/"});
    EXPECT_EQ(endpoint.url + endpoint.base_path, "https://configured.example");
    endpoint = resolved(world, asked);
    EXPECT_EQ(endpoint.url, "http://127.0.0.1:1");
    EXPECT_EQ(endpoint.base_path, "/base");
    EXPECT_TRUE(endpoint.is_custom);
    world.environment.erase("AWS_ENDPOINT_URL_SECRETS_MANAGER");
    EXPECT_EQ(resolved(world, asked).url, "https://all.example:8443");
    world.environment.erase("AWS_ENDPOINT_URL");
    EXPECT_EQ(resolved(world, asked).url, "https://services.example");
    EXPECT_EQ(resolved(world, asked).base_path, "/x");
    EXPECT_EQ(resolved(world, {"ssm", {}, {}}).url, "https://profile.example");
    world.environment["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "true";
    EXPECT_EQ(resolved(world, asked).url, "https://secretsmanager.eu-west-1.amazonaws.com");
    EXPECT_EQ(resolved(world, {"s3", {}, "https://c.example"}).url, "https://c.example");
}

TEST(Endpoint, BadOverridesAreRefusedByTheirPlace) {
    for (const char* url :
         {"minio:9000",
          "ftp://minio",
          "http://user:marker@minio",
          "http://minio/?a=marker",
          "http://minio/#f",
          "http://",
          "http://a b"}) {
        SCOPED_TRACE(url);
        FakeWorld world;
        world.environment = {{"AWS_REGION", "eu-west-1"}, {"AWS_ENDPOINT_URL_S3", url}};
        const std::string text = error_of([&] { resolved(world, {}); });
        EXPECT_TRUE(text.starts_with("AWS_ENDPOINT_URL_S3: must")) << text;
        EXPECT_FALSE(contains(text, "marker")) << text;
    }
}

TEST(Endpoint, OverrideAndFlagsContradictEachOther) {
    FakeWorld world;
    world.environment = {{"AWS_REGION", "eu-west-1"}, {"AWS_USE_FIPS_ENDPOINT", "true"}};
    const std::string text = error_of([&] {
        resolved(world, {"s3", {}, "https://minio.example"});
    });
    EXPECT_TRUE(contains(text, "cannot be combined with AWS_USE_FIPS_ENDPOINT")) << text;
}

TEST(Endpoint, PlainHttpToAnotherMachineIsWarnedOf) {
    FakeWorld world;
    world.environment["AWS_REGION"] = "eu-west-1";
    const LogLines lines;
    resolved(world, {"s3", {}, "http://localhost:9000"});
    EXPECT_EQ(lines.text(), "");
    resolved(world, {"s3", {}, "http://minio:9000"});
    EXPECT_TRUE(contains(lines.text(), "endpoint http://minio:9000 is not encrypted"));
}

TEST(Endpoint, WithoutARegion) {
    FakeWorld world;
    world.environment["AWS_EC2_METADATA_DISABLED"] = "true";
    EXPECT_EQ(resolved(world, {"s3", {}, "https://minio.example"}).region, "us-east-1");
    EXPECT_EQ(resolved(world, {"sts", {}, {}}).url, "https://sts.amazonaws.com");
    EXPECT_EQ(
        error_of([&] { resolved(world, {}); }),
        "the AWS region is not known; set AWS_REGION, the region of the profile, or s3Region"
    );
    EXPECT_EQ(resolved(world, {"s3", "eu-west-3", {}}).region, "eu-west-3");
}

}  // namespace
}  // namespace migrator::cloud::aws::test
