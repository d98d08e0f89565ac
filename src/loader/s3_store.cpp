#include "loader/s3_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "cloud/aws/answers.hpp"
#include "cloud/aws/profile_files.hpp"
#include "core/ascii.hpp"
#include "core/log.hpp"

namespace migrator::loader {
namespace {

using cloud::aws::Endpoint;

constexpr std::size_t kContentsKept = std::size_t{256} << 20U;
constexpr const char* kService = "s3";
/// Knows all buckets of its partition.
constexpr const char* kFirstRegion = "us-east-1";

/// It becomes part of a host's name.
bool is_region(std::string_view text) {
    return !text.empty() && text.size() <= 63 &&
           std::ranges::all_of(text, [](char c) { return c == '-' || is_lower(c) || is_digit(c); });
}

/// "https://" and "s3.eu-west-1.amazonaws.com".
std::pair<std::string, std::string> scheme_and_host(const std::string& url) {
    const auto colon = url.find("://");
    return {url.substr(0, colon + 3), url.substr(colon + 3)};
}

}  // namespace

S3Address address_of(const S3Target& target, const std::string& bucket, const std::string& key) {
    const Endpoint& endpoint = target.endpoint;
    const std::string encoded = cloud::aws::encode(key, true);
    if (!target.is_path_style) {
        const auto [scheme, host] = scheme_and_host(endpoint.url);
        return {scheme + bucket + "." + host, endpoint.base_path + "/" + encoded};
    }
    const std::string path = endpoint.base_path + "/" + bucket;
    return {endpoint.url, key.empty() ? path : path + "/" + encoded};
}

S3Store::S3Store(const Options& options, const cloud::aws::Surroundings& surroundings)
    : options_(options),
      location_(S3Location::parse(options.base_location)),
      surroundings_(surroundings),
      contents_(kContentsKept) {}

std::shared_ptr<cloud::aws::CredentialSource> S3Store::credentials() {
    if (options_.s3_anonymous) return nullptr;
    const std::lock_guard lock(mutex_);
    if (!credentials_) {
        credentials_ = cloud::aws::make_credential_source(
            surroundings_, {.profile = options_.s3_profile, .region = options_.s3_region}
        );
    }
    return credentials_;
}

S3Target S3Store::target() {
    const std::lock_guard lock(mutex_);
    if (!target_) {
        const Endpoint endpoint = first_endpoint();
        target_ = S3Target{endpoint, wants_path_style(endpoint.is_custom)};
    }
    return *target_;
}

Endpoint S3Store::resolved(const std::string& region) const {
    return cloud::aws::resolve_endpoint(
        surroundings_, kService, options_.s3_profile, region, options_.s3_endpoint
    );
}

Endpoint S3Store::first_endpoint() const {
    try {
        return resolved(options_.s3_region);
    } catch (const Error&) {
        // A region that is wrong is to be mended; only one that nobody gave is looked for.
        using cloud::aws::variable;
        if (!options_.s3_region.empty() || !variable(surroundings_, "AWS_REGION").empty() ||
            !variable(surroundings_, "AWS_DEFAULT_REGION").empty() ||
            !cloud::aws::profile_settings(surroundings_, options_.s3_profile)
                 .value("region")
                 .empty()) {
            throw;
        }
        const std::string region = discovered_region(resolved(kFirstRegion));
        if (region.empty()) throw;
        log::info(fmt::format("S3 bucket {} is in region {}", location_.bucket, region));
        return resolved(region);
    }
}

bool S3Store::wants_path_style(bool is_custom) const {
    if (options_.s3_addressing_style != S3AddressingStyle::Auto) {
        return options_.s3_addressing_style == S3AddressingStyle::Path;
    }
    const std::string style = cloud::aws::profile_settings(surroundings_, options_.s3_profile)
                                  .value(kService, "addressing_style");
    if (style == "path" || style == "virtual") return style == "path";
    return is_custom || location_.needs_path_style();
}

/// Whatever the status, the header is there when the bucket exists; it needs no permission.
std::string S3Store::discovered_region(const Endpoint& endpoint) const {
    cloud::aws::Client client(surroundings_, nullptr);
    const S3Address address = address_of({endpoint, true}, location_.bucket, "");
    const auto response = client.send(
        "find the region of s3://" + location_.bucket,
        {.method = "HEAD", .endpoint = address.endpoint, .path = address.path},
        {kService, endpoint.region},
        judge_s3,
        {.limits = {.total = std::chrono::seconds(10)}, .attempts = 2}
    );
    std::string region = cloud::aws::header(response, "x-amz-bucket-region");
    return is_region(region) ? region : "";
}

/// For a bucket so young that DNS does not know where it is; the session's token goes to that host,
/// so it has to be one of the same domain.
std::optional<S3Target> S3Store::temporary(const S3Target& asked, const S3Error& error) const {
    const auto [scheme, host] = scheme_and_host(asked.endpoint.url);
    const auto region = host.find(asked.endpoint.region);
    if (region == std::string::npos) return std::nullopt;
    const std::string domain = host.substr(region + asked.endpoint.region.size());
    const bool is_host = std::ranges::all_of(error.endpoint, [](char c) {
        return c == '.' || c == '-' || c == '_' || is_letter_or_digit(c);
    });
    if (!is_host || !domain.starts_with('.') || !error.endpoint.ends_with(domain)) {
        return std::nullopt;
    }
    const std::string bucket = location_.bucket + ".";
    S3Target target = asked;
    target.is_path_style = !error.endpoint.starts_with(bucket);
    target.endpoint.url = scheme + error.endpoint.substr(target.is_path_style ? 0 : bucket.size());
    return target;
}

std::optional<S3Target> S3Store::moved(const S3Target& asked, const S3Error& error) {
    const bool is_custom = asked.endpoint.is_custom;
    if (!is_custom && error.status == 307 && !error.endpoint.empty()) {
        return temporary(asked, error);
    }
    // An endpoint of the user's own is where the bucket is: it may only want another signature.
    if (is_custom && error.status != 400) return std::nullopt;
    std::string region = error.region;
    if (region.empty() && !is_custom) region = discovered_region(asked.endpoint);
    if (!is_region(region) || region == asked.endpoint.region) return std::nullopt;
    const S3Target target{resolved(region), asked.is_path_style};
    const std::lock_guard lock(mutex_);
    if (!target_ || target_->endpoint.region != region) {
        log::info(fmt::format(
            "S3 bucket {} is in region {}, not in the configured region {}; configure {} to save a "
            "request",
            location_.bucket,
            region,
            asked.endpoint.region,
            region
        ));
    }
    target_ = target;
    return target;
}

}  // namespace migrator::loader
