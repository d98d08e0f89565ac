#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "cloud/aws/client.hpp"
#include "cloud/aws/surroundings.hpp"
#include "loader/options.hpp"
#include "loader/s3_contents_cache.hpp"
#include "loader/s3_error.hpp"
#include "loader/s3_location.hpp"

namespace migrator::loader {

/// Whom to ask about the bucket, and how.
struct S3Target {
    cloud::aws::Endpoint endpoint;
    bool is_path_style = false;
};

/// Host and path of a request.
struct S3Address {
    std::string endpoint;
    std::string path;
};
/// An empty key: the bucket itself.
S3Address address_of(const S3Target& target, const std::string& bucket, const std::string& key);

/// What the loaders of one opener share: where the bucket is, who we are, and what they have read.
/// Safe for all threads.
class S3Store {
public:
    /// Throws Configuration for a location that can't be one. Asks nobody yet.
    S3Store(const Options& options, const cloud::aws::Surroundings& surroundings);

    const Options& options() const { return options_; }
    const S3Location& location() const { return location_; }
    const cloud::aws::Surroundings& surroundings() const { return surroundings_; }
    S3ContentsCache& contents() { return contents_; }

    /// Null when nothing is to be signed. Throws Configuration.
    std::shared_ptr<cloud::aws::CredentialSource> credentials();

    /// As far as is known: the first call finds the region out, if need be by asking S3. Throws
    /// Configuration.
    S3Target target();

    /// Where to ask instead of `asked`, which answered that the bucket is elsewhere; nothing when
    /// that is not to be found out. Later calls of `target` give it, too.
    std::optional<S3Target> moved(const S3Target& asked, const S3Error& error);

private:
    cloud::aws::Endpoint resolved(const std::string& region) const;
    cloud::aws::Endpoint first_endpoint() const;
    bool wants_path_style(bool is_custom) const;
    std::string discovered_region(const cloud::aws::Endpoint& endpoint) const;
    std::optional<S3Target> temporary(const S3Target& asked, const S3Error& error) const;

    const Options options_;
    const S3Location location_;
    const cloud::aws::Surroundings surroundings_;
    S3ContentsCache contents_;
    std::mutex mutex_;  // guards what follows
    std::shared_ptr<cloud::aws::CredentialSource> credentials_;
    std::optional<S3Target> target_;
};

}  // namespace migrator::loader
