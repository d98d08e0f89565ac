#pragma once

#include <string>
#include <string_view>

namespace migrator {

/// `path`, which is absolute, with `.`, `..` and repeated slashes resolved as text: a link is not
/// looked at. No slash at the end, but for the root itself.
std::string cleaned(std::string_view path);

/// The path of `name` in `directory`, which is an absolute path.
inline std::string joined(std::string_view directory, std::string_view name) {
    std::string path;
    path.reserve(directory.size() + 1 + name.size());
    path += directory;
    if (!directory.ends_with('/')) path += '/';
    return path += name;
}

/// What stands before the last slash; empty without one.
inline std::string_view directory_of(std::string_view path) {
    const auto slash = path.rfind('/');
    return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

/// What stands behind the last slash.
inline std::string_view file_name_of(std::string_view path) {
    return path.substr(path.rfind('/') + 1);
}

/// A location with a scheme, such as `s3://`, and no path.
inline bool is_url(std::string_view location) {
    return location.find("://") != std::string_view::npos;
}

/// Whether `path` is `directory` or below it. Both are cleaned.
inline bool is_within(std::string_view path, std::string_view directory) {
    return path.starts_with(directory) &&
           (path.size() == directory.size() || path[directory.size()] == '/' ||
            directory.ends_with('/'));
}

}  // namespace migrator
