#pragma once

#include <span>
#include <string_view>

namespace migrator::console {

/// A file of the console, as a browser loads it. The texts live as long as the program.
struct File {
    std::string_view name;  ///< "index.html", or "icon-", a hash of its content and ".svg"
    std::string_view content_type;
    std::string_view tag;  ///< of the content, for ETag
    std::string_view plain;
    std::string_view gzip;
    std::string_view brotli;
};

/// All files, made from web/ by the build; none in a program that was built without the console.
std::span<const File> files() noexcept;

}  // namespace migrator::console
