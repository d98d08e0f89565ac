#include "identity/places.hpp"

#include <algorithm>

#include "core/path.hpp"

namespace migrator::identity {
namespace {

constexpr std::string_view kS3 = "s3://";

std::string_view without_slashes_at_end(std::string_view text) {
    while (text.ends_with('/')) text.remove_suffix(1);
    return text;
}

/// "/prefix" or nothing, behind the bucket of an S3 location.
std::string_view behind_bucket(std::string_view location) {
    const auto slash = location.find('/', kS3.size());
    return slash == std::string_view::npos ? std::string_view() : location.substr(slash);
}

/// Of "s3://bucket/prefix/prefix", in which a base location may have had a slash at its end.
std::optional<std::string> base_of_doubled(std::string_view text) {
    const std::string_view rest = behind_bucket(text);
    if (rest.empty()) return std::string(text);
    const std::size_t length = rest.size() / 2;  // of "/prefix"
    const std::string_view prefix = rest.substr(rest.size() - length);
    const bool is_doubled = rest.starts_with(prefix) && prefix.starts_with('/') &&
                            (rest.size() == 2 * length || rest[length] == '/');
    if (!is_doubled) return std::nullopt;
    return std::string(text.substr(0, text.size() - rest.size() + length));
}

/// `directory` as the end of a path: "a/b". Nothing of one that leaves its base.
std::optional<std::string> as_ending(std::string_view directory, bool is_s3) {
    if (is_s3) return std::string(without_slashes_at_end(directory));
    std::string text = place_of("x", directory);
    if (!is_within(text, "x")) return std::nullopt;
    text.erase(0, std::min<std::size_t>(2, text.size()));
    return text;
}

}  // namespace

std::string normalized(std::string_view place) {
    if (place.starts_with(kS3)) return std::string(without_slashes_at_end(place));
    return place_of(place, {});
}

std::string place_of(std::string_view base, std::string_view directory) {
    if (base.starts_with(kS3)) {
        std::string place(base);
        const auto prefix = behind_bucket(without_slashes_at_end(base));
        place += prefix;
        const std::string_view name = without_slashes_at_end(directory);
        if (!name.empty()) place.append("/").append(name);
        return place;
    }
    if (base.starts_with('/')) return cleaned(joined(base, directory));
    return cleaned(joined("/" + std::string(base), directory)).substr(1);
}

std::optional<std::string> base_of(const Source& source, std::string_view recorded) {
    const bool is_s3 = recorded.starts_with(kS3);
    std::vector<std::string> endings;
    for (const std::string& directory : source.directories) {
        if (auto ending = as_ending(directory, is_s3)) endings.push_back(*std::move(ending));
    }
    std::ranges::sort(endings, std::ranges::greater(), &std::string::size);
    // Objects below deeper "directories" count for the one that is configured.
    for (auto place = directory_of(recorded); !place.empty(); place = directory_of(place)) {
        for (const std::string& ending : endings) {
            std::string_view base = place;
            if (!ending.empty()) {
                if (!base.ends_with(ending)) continue;
                base.remove_suffix(ending.size());
                if (base.ends_with('/')) {
                    base.remove_suffix(1);
                } else if (!base.empty()) {
                    continue;
                }
            }
            if (!is_s3) return base.empty() ? "/" : std::string(base);
            if (auto found = base_of_doubled(base)) return found;
        }
        if (!is_s3) break;
    }
    return std::nullopt;
}

std::vector<std::string> same_places(
    const std::string& place, const std::vector<SamePlace>& declared
) {
    std::vector<std::string> places{place};
    const auto add = [&](const std::string& other) {
        if (std::ranges::find(places, other) == places.end()) places.push_back(other);
    };
    for (std::size_t i = 0; i < places.size(); ++i) {
        const std::string known = places[i];
        for (const auto& [one, other] : declared) {
            if (one == known) add(other);
            if (other == known) add(one);
        }
    }
    return places;
}

}  // namespace migrator::identity
