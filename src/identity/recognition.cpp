#include "identity/recognition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "core/ascii.hpp"
#include "core/count_of.hpp"
#include "core/path.hpp"

namespace migrator::identity {
namespace {

bool is_declared(const std::string& place, const std::vector<SamePlace>& declared) {
    return std::ranges::any_of(declared, [&](const SamePlace& known) {
        return known.place == place || known.same_as == place;
    });
}

/// The base locations with recorded migrations in the source's directories; those that are the same
/// are one, by the first of them.
std::set<std::string> places_with_records(
    const Source& source,
    const std::vector<SamePlace>& declared,
    std::span<const RecordedName> recorded
) {
    std::set<std::string> bases;
    for (const RecordedName& each : recorded) {
        if (!each.file.as_migration()) continue;
        if (auto base = base_of(source, each.name)) bases.insert(*std::move(base));
    }
    std::set<std::string> places;
    for (const std::string& base : bases) {
        const auto same = same_places(base, declared);
        const bool is_first = std::ranges::none_of(same, [&](const std::string& other) {
            return other < base && bases.contains(other);
        });
        if (is_first) places.insert(base);
    }
    return places;
}

/// Why the files recorded there can't be taken for those of the source; empty: they can.
std::string why_not_the_same(
    const Names& names, std::span<const RecordedName> recorded, const std::vector<Migration>& files
) {
    std::unordered_map<std::string_view, const Migration*> by_name;
    for (const Migration& file : files) {
        if (!is_script(file.type)) by_name.emplace(file.file, &file);
    }
    std::size_t migrations = 0;
    std::size_t common = 0;
    bool says_something = false;
    for (const RecordedName& each : recorded) {
        if (!each.file.as_migration()) continue;
        const Names::Meaning meaning = names.of(each.name);
        if (meaning.belonging != Belonging::Here) continue;
        ++migrations;
        const auto found = by_name.find(meaning.today);
        if (found == by_name.end()) continue;
        const Migration& file = *found->second;
        if (std::string schemas = other_schema(each.name, file); !schemas.empty()) {
            return schemas;
        }
        if (each.file.check_sum.empty()) {
            return fmt::format("{} was recorded without a checksum", each.name);
        }
        if (each.file.check_sum != file.check_sum) {
            return fmt::format("{} has other contents than {}", file.file, each.name);
        }
        ++common;
        says_something = says_something || !trimmed(file.contents).empty();
    }
    if (2 * common < migrations || !says_something) {
        return fmt::format(
            "{} of {} recorded there {} in the source",
            common,
            count_of(migrations, "migration", "migrations"),
            common == 1 ? "is" : "are"
        );
    }
    return {};
}

}  // namespace

std::string other_schema(std::string_view recorded, const Migration& file) {
    if (is_for_tenants(file.type)) return {};
    const auto schema = schema_of_directory(directory_of(recorded));
    const auto today = schema_of_directory(file.source_dir);
    if (schema == today) return {};
    return fmt::format(
        "{} was applied to schema {}, and {} belongs to schema {}",
        recorded,
        schema,
        file.file,
        today
    );
}

Recognition recognize(
    const Source& source,
    const std::vector<SamePlace>& declared,
    std::span<const RecordedName> recorded,
    const std::vector<Migration>& files
) {
    if (source.base.empty()) return {};
    const std::string today = normalized(source.base);
    std::vector<std::string> same = same_places(today, declared);
    Recognition known{.names = Names(source, same), .base = {.today = today}};
    const auto is_here = [&](const RecordedName& each) {
        return known.names.belonging_of(each.name) == Belonging::Here;
    };
    if (is_declared(today, declared) || std::ranges::any_of(recorded, is_here)) return known;
    const std::set<std::string> places = places_with_records(source, declared, recorded);
    if (places.empty()) return known;
    if (places.size() == 1) {
        const std::string& other = *places.begin();
        for (std::string& place : same_places(other, declared)) same.push_back(std::move(place));
        Names names(source, same);
        known.base.why_not = why_not_the_same(names, recorded, files);
        if (known.base.why_not.empty()) {
            known.names = std::move(names);
            known.base.adopted = other;
            return known;
        }
    } else {
        known.base.why_not = "several places have records";
    }
    known.base.elsewhere.assign(places.begin(), places.end());
    return known;
}

}  // namespace migrator::identity
