#include "identity/names.hpp"

#include <algorithm>

#include "core/path.hpp"

namespace migrator::identity {

Names::Names(const Source& source, const std::vector<std::string>& same) : source_(source) {
    if (source.base.empty()) return;
    add(source.base);
    for (const std::string& base : same) {
        if (base != source.base) add(base);
        // The Go program records the location as it is configured.
        if (is_url(base)) add(base + "/");
        bases_.push_back(base);
    }
    bases_.push_back(normalized(source.base));
    std::ranges::stable_sort(prefixes_, std::ranges::greater(), [](const Prefix& prefix) {
        return prefix.recorded.size();
    });
}

void Names::add(std::string_view base) {
    // Directories may leave their base, as in "../shared".
    for (const std::string& directory : source_.directories) {
        prefixes_.push_back(
            {place_of(base, directory), place_of(source_.base, directory), directory != "."}
        );
    }
    prefixes_.push_back({place_of(base, {}), place_of(source_.base, {}), false});
}

Names::Meaning Names::of(std::string_view recorded) const {
    if (prefixes_.empty()) return {.today = std::string(recorded)};
    const auto found = std::ranges::find_if(prefixes_, [&](const Prefix& prefix) {
        return is_within(recorded, prefix.recorded);
    });
    if (found == prefixes_.end()) return {std::string(recorded), Belonging::Elsewhere};
    if (!found->is_directory) {
        // Another project may be below our base location.
        const auto base = base_of(source_, recorded);
        if (base && std::ranges::find(bases_, *base) == bases_.end()) {
            return {std::string(recorded), Belonging::Perhaps};
        }
    }
    return {found->today + std::string(recorded.substr(found->recorded.size()))};
}

}  // namespace migrator::identity
