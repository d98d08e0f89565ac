#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace migrator::loader {

/// Which files are no migrations by their names: what editors and systems leave behind, and prose.
class IgnoredNames {
public:
    /// `more` are the user's patterns (fnmatch), for a name or a whole identity.
    explicit IgnoredNames(const std::vector<std::string>& more) : more_(more) {}

    /// The first pattern that the file's name, a folder in its path, or the whole identity matches;
    /// empty: none. `path` is relative to the configured directory.
    std::string_view match(std::string_view path, const std::string& file) const;

private:
    const std::vector<std::string>& more_;
};

}  // namespace migrator::loader
