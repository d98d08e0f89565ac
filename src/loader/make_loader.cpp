#include <string_view>

#include "core/error.hpp"
#include "loader/disk.hpp"
#include "loader/loader.hpp"

namespace migrator::loader {
namespace {

// The location itself stays out of these messages: it may hold a signature.
[[noreturn]] void refuse(const std::string& what) {
    throw Error(ErrorKind::Configuration, "baseLocation: " + what);
}

/// `^https://.*\.blob\.core\.windows\.net/.*`
bool is_azure_blob(std::string_view location) {
    constexpr std::string_view kScheme = "https://";
    return location.starts_with(kScheme) &&
           location.find(".blob.core.windows.net/", kScheme.size()) != std::string_view::npos;
}

}  // namespace

std::unique_ptr<Loader> make_loader(const Options& options) {
    const std::string& location = options.base_location;
    if (location.starts_with("s3://")) refuse("AWS S3 (s3://) is not built yet");
    if (is_azure_blob(location)) refuse("Azure Blob Storage (https://) is not built yet");
    if (location.starts_with("gs://")) refuse("Google Cloud Storage (gs://) is not built yet");
    if (location.starts_with("gcs://")) refuse("Google Cloud Storage is written gs://, not gcs://");
    return std::make_unique<DiskLoader>(options);
}

}  // namespace migrator::loader
