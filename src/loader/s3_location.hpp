#pragma once

#include <string>

namespace migrator::loader {

/// `s3://BUCKET[/PREFIX…]`, taken apart. Slashes at the end count for nothing; all else is literal:
/// `?` and `%` are ordinary characters of a key.
struct S3Location {
    std::string bucket;
    std::string prefix;  ///< without a slash at its end; empty: none

    /// Throws Configuration, with a message that shows no part of a location with credentials in
    /// it.
    static S3Location parse(const std::string& base_location);

    /// The prefix to list for a configured directory: "app/prod/migrations/ref/". With the slash,
    /// or files of `tenants-scripts` would count as files of `tenants`.
    std::string prefix_of(const std::string& directory) const;

    /// The host can't hold the bucket's name: a certificate's `*` covers one label, in lower case.
    bool needs_path_style() const;
};

}  // namespace migrator::loader
