#include "loader/s3_location.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "core/ascii.hpp"
#include "core/error.hpp"

namespace migrator::loader {
namespace {

constexpr std::string_view kScheme = "s3://";

[[noreturn]] void refuse_s3_location(const std::string& what) {
    throw Error(ErrorKind::Configuration, "baseLocation: " + what);
}

std::string_view without_slashes_at_end(std::string_view text) {
    while (text.ends_with('/')) text.remove_suffix(1);
    return text;
}

bool is_lower_or_digit(char c) { return is_lower(c) || is_digit(c); }

bool is_of_old_bucket(char c) { return is_letter_or_digit(c) || c == '.' || c == '-' || c == '_'; }

/// Digits and dots, and three of those: what looks like an IPv4 address is none of S3's names.
bool looks_like_an_address(std::string_view name) {
    return std::ranges::all_of(name, [](char c) { return c == '.' || is_digit(c); }) &&
           std::ranges::count(name, '.') == 3;
}

/// Of buckets as they are made today; those of us-east-1 from before 2018 may have other names.
bool is_modern(std::string_view name) {
    return name.size() <= 63 && is_lower_or_digit(name.front()) && is_lower_or_digit(name.back()) &&
           std::ranges::all_of(name, [](char c) {
               return is_lower_or_digit(c) || c == '.' || c == '-';
           });
}

void check_bucket(std::string_view name) {
    if (name.empty())
        refuse_s3_location(
            "the bucket after s3:// is missing; write s3://BUCKET or s3://BUCKET/PREFIX"
        );
    if (name.starts_with("arn:")) {
        refuse_s3_location(
            "ARNs are not supported; write s3:// followed by the alias of the access point "
            "(…-s3alias)"
        );
    }
    // The name stays out of these two messages: it may hold a secret.
    if (name.find_first_of("@:") != std::string_view::npos) {
        refuse_s3_location(
            "remove the credentials from s3://BUCKET/PREFIX, which is stored with every migration; "
            "set them in the environment or an AWS profile"
        );
    }
    if (!std::ranges::all_of(name, is_of_old_bucket)) {
        refuse_s3_location(
            "the bucket name after s3:// contains characters other than letters, digits, '.', '-' "
            "and '_'"
        );
    }
    for (const std::string_view suffix : {"--x-s3", "--ol-s3", ".mrap"}) {
        if (name.ends_with(suffix)) {
            refuse_s3_location(fmt::format(
                "the bucket {} is not supported; use a general purpose bucket, not a directory "
                "bucket, Object Lambda or multi-region access point",
                name
            ));
        }
    }
    if (name.size() < 3 || name.size() > 255 || name.find("..") != std::string_view::npos ||
        looks_like_an_address(name)) {
        refuse_s3_location(fmt::format(
            "{} is not a valid bucket name; a name has 3 to 63 characters and no adjacent dots, "
            "and does not look like an IP address",
            name
        ));
    }
}

}  // namespace

S3Location S3Location::parse(const std::string& base_location) {
    std::string_view rest = base_location;
    rest.remove_prefix(kScheme.size());
    rest = without_slashes_at_end(rest);
    const auto slash = rest.find('/');
    S3Location location;
    location.bucket = rest.substr(0, slash);
    if (slash != std::string_view::npos) location.prefix = rest.substr(slash + 1);
    check_bucket(location.bucket);
    return location;
}

std::string S3Location::prefix_of(const std::string& directory) const {
    const std::string_view name = without_slashes_at_end(directory);
    std::string result;
    for (const std::string_view part : {std::string_view(prefix), name}) {
        if (!part.empty()) result.append(part).append("/");
    }
    return result;
}

bool S3Location::needs_path_style() const {
    return !is_modern(bucket) || bucket.find('.') != std::string::npos;
}

}  // namespace migrator::loader
