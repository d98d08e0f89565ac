#include "loader/ignored_names.hpp"

#include <fnmatch.h>

namespace migrator::loader {
namespace {

constexpr const char* kPatterns[] = {
    "*~", ".*", "*.swp", "*.orig", "*.rej", "*.bak", "#*#", "Thumbs.db", "README*", "*.md"};

bool matches(const char* pattern, const std::string& name) {
    return fnmatch(pattern, name.c_str(), 0) == 0;
}

}  // namespace

std::string_view IgnoredNames::match(std::string_view path, const std::string& file) const {
    for (const std::string& pattern : more_) {
        if (matches(pattern.c_str(), file)) return pattern;
    }
    while (!path.empty()) {
        const auto slash = path.find('/');
        const std::string name(path.substr(0, slash));
        path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
        if (name == "." || name == "..") continue;  // parts of keys; no folders are called so
        for (const char* pattern : kPatterns) {
            if (matches(pattern, name)) return pattern;
        }
        for (const std::string& pattern : more_) {
            if (matches(pattern.c_str(), name)) return pattern;
        }
    }
    return {};
}

}  // namespace migrator::loader
