#include "cloud/aws/rds_token.hpp"

#include <gtest/gtest.h>

#include "fake_world.hpp"

namespace migrator::cloud::aws::test {
namespace {

const Credentials kCredentials{
    "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "", {}};
constexpr const char* kHost = "mydb.abcdefghijkl.us-east-1.rds.amazonaws.com";

std::string token_of(const Credentials& credentials, const std::string& host = kHost) {
    return rds_token(host, 5432, "migrator", "us-east-1", credentials, time_of("20260102T030405Z"));
}

TEST(RdsToken, IsThePresignedUrlWithoutItsScheme) {
    EXPECT_EQ(
        token_of(kCredentials),
        "mydb.abcdefghijkl.us-east-1.rds.amazonaws.com:5432/?Action=connect&DBUser=migrator"
        "&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20260102"
        "%2Fus-east-1%2Frds-db%2Faws4_request&X-Amz-Date=20260102T030405Z&X-Amz-Expires=900"
        "&X-Amz-SignedHeaders=host"
        "&X-Amz-Signature=645359d6613995da4b65dee04b76e3a9246b319190016b8af851bd981231c4b4"
    );
}

TEST(RdsToken, SignsTheSessionToken) {
    Credentials credentials = kCredentials;
    credentials.session_token = "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVz+EXAMPLE==";
    const std::string token = token_of(credentials);
    EXPECT_TRUE(token.ends_with(
        "&X-Amz-Signature=1ee9306f70e97a6b0a580582188cfd8b9cb717b31bb41310eba010e6246ab6ac"
    )) << token;
    EXPECT_NE(
        token.find("&X-Amz-Security-Token=IQoJb3JpZ2luX2VjEXAMPLE%2F%2F%2F%2F%2F%2F%2F%2F%2F%2FwEaC"
                   "XVz%2BEXAMPLE%3D%3D&"),
        std::string::npos
    ) << token;
}

TEST(RdsToken, TakesTheHostInLowerCaseAndAlwaysThePort) {
    EXPECT_EQ(
        token_of(kCredentials, "MyDb.abcdefghijkl.US-east-1.rds.amazonaws.com"),
        token_of(kCredentials)
    );
    const std::string token =
        rds_token(kHost, 443, "a b@c", "us-east-1", kCredentials, time_of("20260102T030405Z"));
    EXPECT_TRUE(token.starts_with(std::string(kHost) + ":443/?")) << token;
    EXPECT_NE(token.find("&DBUser=a%20b%40c&"), std::string::npos) << token;
}

TEST(RegionOfRdsHost, StandsInTheNameOfTheHost) {
    const struct {
        const char* host;
        const char* region;
    } cases[] = {
        {kHost, "us-east-1"},
        {"MYDB.abc.EU-West-1.RDS.amazonaws.com", "eu-west-1"},
        {"c.cluster-abc.eu-central-1.rds.amazonaws.com", "eu-central-1"},
        {"c.cluster-ro-abc.eu-central-1.rds.amazonaws.com", "eu-central-1"},
        {"e.cluster-custom-abc.eu-central-1.rds.amazonaws.com", "eu-central-1"},
        {"p.proxy-abc.us-gov-west-1.rds.amazonaws.com", "us-gov-west-1"},
        {"p.endpoint.proxy-abc.ap-southeast-2.rds.amazonaws.com", "ap-southeast-2"},
        {"db.abc.cn-north-1.rds.amazonaws.com.cn", "cn-north-1"},
        {"db.abc.rds.cn-northwest-1.amazonaws.com.cn", "cn-northwest-1"},
        {"db.abc.eusc-de-east-1.rds.amazonaws.eu", "eusc-de-east-1"},
        {"db.abc.us-east-1.rds.amazonaws.com.", "us-east-1"},
        {"db.abc.us-iso-east-1.rds.c2s.ic.gov", "us-iso-east-1"},
        {"rds.amazonaws.com", ""},
        {"us-east-1.rds.amazonaws.com.evil.example", ""},
        {"rds.us-east-1.example.com", ""},
        {"db.example.com", ""},
        {"localhost", ""},
        {"127.0.0.1", ""},
        {"", ""}};
    for (const auto& c : cases) EXPECT_EQ(region_of_rds_host(c.host), c.region) << c.host;
}

}  // namespace
}  // namespace migrator::cloud::aws::test
