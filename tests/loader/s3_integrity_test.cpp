#include "loader/s3_integrity.hpp"

#include <gtest/gtest.h>

namespace migrator::loader {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

// Check values of the digests for "123456789": the catalogue of CRC algorithms, RFC 1321,
// `sha1sum`.
TEST(S3Integrity, ChecksWhatTheHeadersSay) {
    const std::string md5 = "\"25f9e794323b453885f5181f1b624d0b\"";
    const std::string other = "\"00000000000000000000000000000000\"";
    const struct {
        const char* name;
        Headers headers;
        bool agrees;
    } cases[] = {
        {"nothing", {}, true},
        {"crc32", {{"x-amz-checksum-crc32", "y/Q5Jg=="}}, true},
        {"crc32c", {{"x-amz-checksum-crc32c", "4waSgw=="}}, true},
        {"crc64nvme", {{"x-amz-checksum-crc64nvme", "rosUhgp5mIg="}}, true},
        {"sha1", {{"x-amz-checksum-sha1", "98O8HYCOBHMq32eZZczDTKeuNEE="}}, true},
        {"sha256",
         {{"x-amz-checksum-sha256", "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="}},
         true},
        {"wrong crc32", {{"x-amz-checksum-crc32", "AAAAAA=="}}, false},
        {"wrong sum, right ETag", {{"x-amz-checksum-sha1", "AAAA"}, {"etag", md5}}, false},
        {"sum of parts", {{"x-amz-checksum-crc32", "AAAAAA==-2"}}, true},
        {"composite",
         {{"x-amz-checksum-crc32", "AAAAAA=="}, {"x-amz-checksum-type", "COMPOSITE"}},
         true},
        {"MD5", {{"etag", md5}}, true},
        {"other MD5", {{"etag", other}}, false},
        {"other MD5, SSE-S3", {{"etag", other}, {"x-amz-server-side-encryption", "AES256"}}, false},
        {"KMS", {{"etag", other}, {"x-amz-server-side-encryption", "aws:kms"}}, true},
        {"customer's key",
         {{"etag", other}, {"x-amz-server-side-encryption-customer-algorithm", "AES256"}},
         true},
        {"multipart", {{"etag", "\"00000000000000000000000000000000-2\""}}, true},
        {"weak", {{"etag", "W/" + other}}, true}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        EXPECT_EQ(agrees_with_checksums({200, c.headers, "123456789"}), c.agrees);
    }
}

}  // namespace
}  // namespace migrator::loader
