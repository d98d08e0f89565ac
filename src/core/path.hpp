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

/// Whether `path` is `directory` or below it. Both are cleaned.
inline bool is_within(std::string_view path, std::string_view directory) {
    return path.starts_with(directory) &&
           (path.size() == directory.size() || path[directory.size()] == '/' ||
            directory.ends_with('/'));
}

}  // namespace migrator
