#pragma once

#include <string>
#include <string_view>

namespace migrator::loader {

/// `path`, which is absolute, with `.`, `..` and repeated slashes resolved as text: a link is not
/// looked at. No slash at the end, but for the root itself.
std::string cleaned(std::string_view path);

/// The path of `name` in `directory`, which is an absolute path.
inline std::string joined(const std::string& directory, std::string_view name) {
    std::string path;
    path.reserve(directory.size() + 1 + name.size());
    path += directory;
    if (!directory.ends_with('/')) path += '/';
    return path += name;
}

/// `location` made absolute and cleaned. Throws Unavailable when the working directory is gone.
std::string absolute_location(const std::string& location);

}  // namespace migrator::loader
