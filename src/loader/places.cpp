#include "loader/places.hpp"

#include <fmt/format.h>

#include <mutex>
#include <set>
#include <string_view>

#include "core/log.hpp"

namespace migrator::loader {

std::vector<Place> places(
    const Options& options, const std::function<std::string(const std::string& directory)>& to_path
) {
    std::vector<Place> result;
    for (const Kind& kind : kKinds) {
        const auto found = options.directories.find(kind.type);
        if (found == options.directories.end()) continue;
        for (const std::string& directory : found->second) {
            result.push_back({kind.type, to_path(directory)});
        }
    }
    return result;
}

void warn_of_repeated(const std::vector<Place>& places) {
    static std::mutex mutex;
    static std::set<std::string> warned;
    std::set<std::string_view> seen;
    for (const Place& place : places) {
        if (seen.insert(place.path).second) continue;
        const std::lock_guard lock(mutex);
        if (!warned.insert(place.path).second) continue;
        log::warn(fmt::format(
            "Directory {} is configured more than once; its files are loaded each time", place.path
        ));
    }
}

}  // namespace migrator::loader
