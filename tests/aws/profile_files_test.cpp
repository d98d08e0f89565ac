#include "cloud/aws/profile_files.hpp"

#include <gtest/gtest.h>

#include "aws/credential_support.hpp"

namespace migrator::cloud::aws::test {
namespace {

TEST(ProfileFile, IsReadAsTheToolsOfAwsReadIt) {
    const auto sections = parse_profile_file(
        "\xEF\xBB\xBF# a comment\r\n"
        "before = the first section\r\n"
        "[default]\r\n"
        "region = eu-west-1 # Ireland\r\n"
        "  ; indented comment\r\n"
        "\r\n"
        "[profile \"two words\"] ; with a comment\n"
        "REGION=a#b\n"
        "s3 =\n"
        "    addressing_style = path ; nested\n"
        "    # between\n"
        "    endpoint_url = http://x/?a=b\n"
        "output = json\n"
        "  more text\n"
        "no equals sign\n"
        "= no key\n"
        "[services local]\n"
        "sts =\n"
        " endpoint_url = http://sts\n"
        "[plugins]\n"
        "region = nowhere\n"
        "[profile \"two words\"]\n"
        "region = later\n"
        "[not closed\n"
        "region = lost\n",
        FileKind::Config
    );
    ASSERT_EQ(sections.size(), 3U);
    EXPECT_EQ(sections.at("profile default").value("region"), "eu-west-1");
    const Section& two = sections.at("profile two words");
    EXPECT_EQ(two.value("region"), "later");
    EXPECT_EQ(two.value("s3", "addressing_style"), "path");
    EXPECT_EQ(two.value("s3", "endpoint_url"), "http://x/?a=b");
    EXPECT_EQ(two.value("s3", "none"), "");
    EXPECT_EQ(two.value("output"), "json\nmore text");
    EXPECT_EQ(two.values.size(), 3U);
    EXPECT_EQ(sections.at("services local").value("sts", "endpoint_url"), "http://sts");
}

TEST(ProfileFile, LongerNameOfTheDefaultWins) {
    const auto sections = parse_profile_file(
        "[profile default]\nregion=long\n[default]\nregion=short\noutput=json\n", FileKind::Config
    );
    EXPECT_EQ(sections.at("profile default").value("region"), "long");
    EXPECT_EQ(sections.at("profile default").value("output"), "");
}

TEST(ProfileFile, OfCredentialsNamesProfilesDirectly) {
    const auto sections = parse_profile_file(
        "[default]\n aws_access_key_id = A\n aws_secret_access_key = B=/+#c\n[b c]\nx=y",
        FileKind::Credentials
    );
    EXPECT_EQ(sections.at("profile default").value("aws_access_key_id"), "A");
    EXPECT_EQ(sections.at("profile default").value("aws_secret_access_key"), "B=/+#c");
    EXPECT_EQ(sections.at("profile b c").value("x"), "y");
}

TEST(ProfileFile, GarbageIsNoError) {
    for (const std::string& text :
         {std::string(),
          std::string("\0\xff\n[\n]", 6),
          std::string("[]\n=\n =\n"),
          std::string("[profile ]\na"),
          std::string(10'000, '[')}) {
        EXPECT_NO_THROW(parse_profile_file(text, FileKind::Config));
        EXPECT_NO_THROW(parse_profile_file(text, FileKind::Credentials));
    }
}

TEST(ProfileFiles, CredentialsWinOverConfiguration) {
    FakeWorld world;
    world.environment = {
        {"HOME", "/h"}, {"AWS_CONFIG_FILE", "~/cfg"}, {"AWS_SHARED_CREDENTIALS_FILE", "/keys"}};
    world.files = {{"/h/cfg", "[profile a]\nx=1\ny=1\n"}, {"/keys", "[a]\ny=2\nz=2\n[b]\nx=3\n"}};
    const auto files = ProfileFiles::read(world.surroundings(), ProfileFiles::Unreadable::Fails);
    const Section* a = files.profile("a");
    ASSERT_NE(a, nullptr);
    EXPECT_EQ(a->value("x") + a->value("y") + a->value("z"), "122");
    EXPECT_NE(files.profile("b"), nullptr);
    EXPECT_EQ(files.profile("c"), nullptr);
    EXPECT_EQ(files.places(), "/h/cfg or /keys");
}

TEST(ProfileFiles, UnreadableOneFailsWhereCredentialsAreWantedOnly) {
    FakeWorld world;
    world.environment = {{"HOME", "/h"}, {"AWS_EC2_METADATA_DISABLED", "true"}};
    Surroundings surroundings = world.surroundings();
    surroundings.read_file = [](const std::string& path) -> std::optional<std::string> {
        throw Error(ErrorKind::Configuration, "could not read " + path + ": Permission denied");
    };
    EXPECT_TRUE(profile_settings(surroundings, {}).values.empty());
    const auto source = make_credential_source(surroundings, {});
    EXPECT_EQ(
        error_of([&] { source->get(); }),
        "AWS credentials from profile \"default\": could not read /h/.aws/config: Permission denied"
    );
}

}  // namespace
}  // namespace migrator::cloud::aws::test
