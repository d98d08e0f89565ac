#include "loader/s3_location.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace migrator::loader {
namespace {

TEST(S3Location, IsBucketAndPrefix) {
    const struct {
        const char* location;
        const char* bucket;
        const char* prefix;
        const char* listed;  ///< for the directory "migrations/ref"
    } cases[] = {
        {"s3://bkt", "bkt", "", "migrations/ref/"},
        {"s3://bkt/", "bkt", "", "migrations/ref/"},
        {"s3://bkt/app/prod", "bkt", "app/prod", "app/prod/migrations/ref/"},
        {"s3://bkt/app/prod//", "bkt", "app/prod", "app/prod/migrations/ref/"},
        {"s3://bkt/a?b=%20c", "bkt", "a?b=%20c", "a?b=%20c/migrations/ref/"},
        {"s3://bkt//x", "bkt", "/x", "/x/migrations/ref/"}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.location);
        const S3Location location = S3Location::parse(c.location);
        EXPECT_EQ(location.bucket, c.bucket);
        EXPECT_EQ(location.prefix, c.prefix);
        EXPECT_EQ(location.prefix_of("migrations/ref"), c.listed);
        EXPECT_EQ(location.prefix_of("migrations/ref/"), c.listed);
    }
}

TEST(S3Location, RefusesWhatIsNoBucketWithoutShowingSecrets) {
    const struct {
        const char* location;
        const char* message;
    } cases[] = {
        {"s3://", "the bucket after s3:// is missing"},
        {"s3:///", "the bucket after s3:// is missing"},
        {"s3://AKIA:secret@bkt/app", "remove the credentials"},
        {"s3://secret@bkt", "remove the credentials"},
        {"s3://arn:aws:s3:eu-west-1:123456789012:accesspoint/x", "ARNs are not supported"},
        {"s3://bkt?signature=secret", "contains characters other than"},
        {"s3://b", "b is not a valid bucket name"},
        {"s3://a..b", "a..b is not a valid bucket name"},
        {"s3://192.168.5.4", "192.168.5.4 is not a valid bucket name"},
        {"s3://x--eun1-az1--x-s3", "is not supported"},
        {"s3://x--ol-s3", "is not supported"},
        {"s3://x.mrap", "is not supported"}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.location);
        try {
            S3Location::parse(c.location);
            ADD_FAILURE() << "no exception";
        } catch (const Error& error) {
            const std::string message = error.what();
            EXPECT_EQ(error.kind(), ErrorKind::Configuration);
            EXPECT_NE(message.find(c.message), std::string::npos) << message;
            EXPECT_EQ(message.find("secret"), std::string::npos) << message;
        }
    }
}

TEST(S3Location, NamesThatAHostCantHoldGoIntoThePath) {
    const struct {
        const char* bucket;
        bool in_path;
    } cases[] = {
        {"my-bucket1", false},
        {"a1234-s3alias", false},
        {"my.bucket", true},
        {"Old_Bucket", true},
        {"-bkt", true},
        {"a234567890123456789012345678901234567890123456789012345678901234", true}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.bucket);
        EXPECT_EQ(S3Location::parse(std::string("s3://") + c.bucket).needs_path_style(), c.in_path);
    }
}

}  // namespace
}  // namespace migrator::loader
