#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/plan.hpp"

/// Which recorded name means which file of the source: docs/identity.md.
namespace migrator::identity {

/// Where the files of a project are.
struct Source {
    /// Absolute path or URL, as the names of the files begin with it. Empty: each recorded name
    /// means itself, and nothing is recognized.
    std::string base;
    std::vector<std::string> directories;  ///< as configured, of all kinds
};

/// One spelling for each place: "/m/./x/" is "/m/x", "s3://bucket/prefix/" is "s3://bucket/prefix".
std::string normalized(std::string_view place);

/// What the names of the files of `directory` begin with, but for the slash behind it. Names of S3
/// hold the prefix of the location twice (docs/compatibility.md).
std::string place_of(std::string_view base, std::string_view directory);

/// The base location, `normalized`, below which `recorded` is in one of the source's directories,
/// the longest one that it can be. Nothing: there is none.
std::optional<std::string> base_of(const Source& source, std::string_view recorded);

/// The place, and all that are the same by what is declared.
std::vector<std::string> same_places(
    const std::string& place, const std::vector<SamePlace>& declared
);

}  // namespace migrator::identity
