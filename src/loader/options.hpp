#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/migration.hpp"

namespace migrator::loader {

/// Where an S3 request names its bucket: in the path or in the host. Auto: as the AWS profile says,
/// else by bucket name and endpoint.
enum class S3AddressingStyle : std::uint8_t { Auto, Path, Virtual };

/// What becomes of files in folders below a configured directory.
enum class Nested : std::uint8_t {
    ByStorage,  ///< what the storage has always done, with a warning: S3 runs them, the disk not
    Run,        ///< they are files of the directory; a single one has the schema of its own folder
    Ignore,
    Refuse,  ///< any such file is an error
};

/// Where the files are. The directories are as configured, relative to the base location.
struct Options {
    std::string base_location;
    std::map<MigrationType, std::vector<std::string>> directories;
    std::vector<std::string> ignore_files;  ///< patterns of file names (fnmatch)
    Nested nested = Nested::ByStorage;

    // Only for s3://. Empty: as the environment and the AWS profile say.
    std::string s3_region;
    std::string s3_endpoint;
    std::string s3_profile;
    S3AddressingStyle s3_addressing_style = S3AddressingStyle::Auto;
    bool s3_anonymous = false;      ///< public buckets: no credentials, no signature
    bool s3_request_payer = false;  ///< who reads pays, not the bucket's owner

    std::size_t storage_concurrency = 16;  ///< objects read at the same time; at least 1
};

}  // namespace migrator::loader
