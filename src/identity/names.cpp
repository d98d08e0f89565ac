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
    rename_ = std::ranges::any_of(prefixes_, [](const Prefix& prefix) {
        return prefix.recorded != prefix.today;
    });
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

const Names::Prefix* Names::prefix_of(std::string_view recorded) const {
    const auto found = std::ranges::find_if(prefixes_, [&](const Prefix& prefix) {
        return is_within(recorded, prefix.recorded);
    });
    return found == prefixes_.end() ? nullptr : &*found;
}

Belonging Names::belonging_of(std::string_view recorded, const Prefix* prefix) const {
    if (prefixes_.empty()) return Belonging::Here;
    if (prefix == nullptr) return Belonging::Elsewhere;
    if (prefix->is_directory) return Belonging::Here;
    // Another project may be below our base location.
    const auto base = base_of(source_, recorded);
    const bool is_others = base && std::ranges::find(bases_, *base) == bases_.end();
    return is_others ? Belonging::Perhaps : Belonging::Here;
}

Belonging Names::belonging_of(std::string_view recorded) const {
    return belonging_of(recorded, prefix_of(recorded));
}

Names::Meaning Names::of(std::string_view recorded) const {
    const Prefix* prefix = prefix_of(recorded);
    const Belonging belonging = belonging_of(recorded, prefix);
    if (prefix == nullptr || belonging != Belonging::Here) {
        return {std::string(recorded), belonging};
    }
    return {prefix->today + std::string(recorded.substr(prefix->recorded.size()))};
}

}  // namespace migrator::identity
