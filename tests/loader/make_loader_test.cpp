#include <gtest/gtest.h>

#include "core/error.hpp"
#include "loader/disk.hpp"
#include "loader/loader.hpp"
#include "loader/s3.hpp"

namespace migrator::loader {
namespace {

TEST(MakeLoader, RefusesWhatItCantReadWithoutShowingTheLocation) {
    const struct {
        const char* location;
        const char* message;
    } cases[] = {
        {"s3://bucket@secret",
         "baseLocation: remove the credentials from s3://BUCKET/PREFIX, which is stored with every "
         "migration; set them in the environment or an AWS profile"},
        {"https://acc.blob.core.windows.net/cont?sig=secret",
         "baseLocation: Azure Blob Storage (https://) is not supported yet"},
        {"gs://bucket/secret", "baseLocation: Google Cloud Storage (gs://) is not supported yet"},
        {"gcs://bucket/secret",
         "baseLocation: unknown scheme gcs://; Google Cloud Storage uses gs://"}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.location);
        try {
            make_loader({.base_location = c.location});
            ADD_FAILURE() << "no exception";
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::Configuration);
            EXPECT_STREQ(error.what(), c.message);
        }
    }
}

TEST(MakeLoader, AnS3LocationAsksNobodyBeforeItIsUsed) {
    const auto loader = make_loader({.base_location = "s3://bucket/app"});
    EXPECT_NE(dynamic_cast<S3Loader*>(loader.get()), nullptr);
}

TEST(MakeLoader, AnythingElseIsADirectory) {
    for (const char* location :
         {"migrations",
          "/srv/m",
          "./s3:",
          "S3://bucket",
          "https://acc.blob.core.windows.net",  // no slash after the host
          "http://acc.blob.core.windows.net/cont",
          "https://example.com/x"}) {
        SCOPED_TRACE(location);
        const auto loader = make_loader({.base_location = location});
        EXPECT_NE(dynamic_cast<DiskLoader*>(loader.get()), nullptr);
    }
}

}  // namespace
}  // namespace migrator::loader
