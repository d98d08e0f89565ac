#pragma once

#include "http_client/http_client.hpp"

namespace migrator::loader {

/// What the headers of an object say about its bytes: `x-amz-checksum-…`, else an `ETag` that is an
/// MD5. False when the bytes are others; true also when the
/// headers say nothing that can be checked.
bool agrees_with_checksums(const http_client::Response& response);

}  // namespace migrator::loader
