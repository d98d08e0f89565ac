#include "loader/ignored_names.hpp"

#include <fnmatch.h>

namespace migrator::loader {
namespace {

/// With one '*'. It is asked for each file, and fnmatch would take ten times as long.
struct SimplePattern {
    std::string_view text;
    std::size_t star = text.find('*');

    constexpr bool matches(std::string_view name) const {
        return name.size() + 1 >= text.size() && name.starts_with(text.substr(0, star)) &&
               name.ends_with(text.substr(star + 1));
    }
};

constexpr SimplePattern kPatterns[] = {
    {"*~"}, {".*"}, {"*.swp"}, {"*.orig"}, {"*.rej"}, {"*.bak"}, {"#*#"}, {"README*"}, {"*.md"}};
constexpr std::string_view kWindowsPictures = "Thumbs.db";

bool matches(const std::string& pattern, const std::string& name) {
    return fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

}  // namespace

std::string_view IgnoredNames::match(std::string_view path, const std::string& file) const {
    for (const std::string& pattern : more_) {
        if (matches(pattern, file)) return pattern;
    }
    while (!path.empty()) {
        const auto slash = path.find('/');
        const std::string_view name = path.substr(0, slash);
        path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
        if (name == "." || name == "..") continue;  // parts of keys; no folders are called so
        if (name == kWindowsPictures) return kWindowsPictures;
        for (const SimplePattern& pattern : kPatterns) {
            if (pattern.matches(name)) return pattern.text;
        }
        for (const std::string& pattern : more_) {
            if (matches(pattern, std::string(name))) return pattern;
        }
    }
    return {};
}

}  // namespace migrator::loader
