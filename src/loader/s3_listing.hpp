#pragma once

#include <cstddef>
#include <string>
#include <vector>

/// Reading what ListObjectsV2 answers: docs/cloud.md, "Listing".
namespace migrator::loader {

struct S3Object {
    std::string key;
    std::string etag;  ///< with its quotes; empty: the server tells none
    std::size_t size = 0;

    bool operator==(const S3Object&) const = default;
};

/// One page.
struct S3Page {
    std::vector<S3Object> objects;  ///< as listed, markers of directories (`…/`) included
    bool is_truncated = false;      ///< there are more pages
    std::string next_token;         ///< for `continuation-token`; empty: the server gives none
    /// A server of version 1, which ignores `list-type`: what follows is asked for with `marker`.
    std::string next_marker;
};

/// Throws Unavailable when `xml` is no such answer.
S3Page parse_s3_page(const std::string& xml);

}  // namespace migrator::loader
