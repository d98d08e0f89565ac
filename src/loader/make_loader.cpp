#include <string_view>

#include "cloud/aws/surroundings.hpp"
#include "core/error.hpp"
#include "core/path.hpp"
#include "loader/disk.hpp"
#include "loader/disk_path.hpp"
#include "loader/loader.hpp"
#include "loader/s3.hpp"

namespace migrator::loader {
namespace {

// The location itself stays out of these messages: it may hold a signature.
[[noreturn]] void refuse_base_location(const std::string& what) {
    throw Error(ErrorKind::Configuration, "baseLocation: " + what);
}

/// `^https://.*\.blob\.core\.windows\.net/.*`
bool is_azure_blob(std::string_view location) {
    constexpr std::string_view kScheme = "https://";
    return location.starts_with(kScheme) &&
           location.find(".blob.core.windows.net/", kScheme.size()) != std::string_view::npos;
}

}  // namespace

OpenLoader make_opener(const Options& options, const cloud::aws::Surroundings& surroundings) {
    const std::string& location = options.base_location;
    if (location.starts_with("s3://")) {
        auto store = std::make_shared<S3Store>(options, surroundings);
        return [store] { return std::make_unique<S3Loader>(store); };
    }
    if (is_azure_blob(location))
        refuse_base_location("Azure Blob Storage (https://) is not supported yet");
    if (location.starts_with("gs://"))
        refuse_base_location("Google Cloud Storage (gs://) is not supported yet");
    if (location.starts_with("gcs://"))
        refuse_base_location("unknown scheme gcs://; Google Cloud Storage uses gs://");
    return [options] { return std::make_unique<DiskLoader>(options); };
}

identity::Source source_of(const Options& options) {
    identity::Source source{
        .base = is_url(options.base_location) ? options.base_location
                                              : absolute_location(options.base_location),
        .directories = {}};
    for (const auto& [type, directories] : options.directories) {
        source.directories.insert(source.directories.end(), directories.begin(), directories.end());
    }
    return source;
}

std::unique_ptr<Loader> make_loader(const Options& options) {
    return make_opener(options, cloud::aws::system_surroundings())();
}

}  // namespace migrator::loader
