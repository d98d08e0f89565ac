#include "drift/survey.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <span>
#include <unordered_map>
#include <utility>

#include "core/count_of.hpp"

namespace migrator::drift {
namespace {

using db::CatalogObject;
using db::SchemaHash;
using db::TenantSchema;

/// Schemas of one hash: the same in all but their names.
struct Class {
    bool exists = false;
    std::vector<std::size_t> members{};  ///< places in the level, in its order
};

std::vector<Class> classes_of(std::span<const SchemaHash> hashes) {
    std::vector<Class> classes;
    std::unordered_map<std::string_view, std::size_t> places;
    for (std::size_t i = 0; i < hashes.size(); ++i) {
        const auto [place, is_new] = places.try_emplace(hashes[i].hash, classes.size());
        if (is_new) classes.push_back({.exists = !hashes[i].hash.empty()});
        classes[place->second].members.push_back(i);
    }
    return classes;
}

/// One level.
class LevelSurvey {
public:
    LevelSurvey(db::Catalog& catalog, const Level& level, std::span<const SchemaHash> hashes)
        : catalog_(catalog), level_(level), classes_(classes_of(hashes)) {}

    /// Against what most have.
    std::vector<Group> among_themselves() {
        if (classes_.size() < 2) return {};
        compare_with(best_reference());
        return take_groups(majority_of(alike_));
    }

    /// Against a schema that was built.
    std::vector<Group> against(const db::SchemaContents& built) {
        begin();
        for (std::size_t i = 0; i < classes_.size(); ++i) {
            if (!classes_[i].exists && built.objects.empty()) {
                put_alike(i);
            } else {
                put(i, classes_[i].exists ? differences_to(built, i) : std::vector<Difference>());
            }
        }
        return take_groups("the schema that its files make");
    }

private:
    static constexpr std::size_t kMostRounds = 5;

    /// Classes with the same differences.
    struct Found {
        bool lacks_schema = false;
        std::vector<std::size_t> classes{};
    };
    using Key = std::pair<bool, std::vector<Difference>>;

    /// The class that most tenants agree with. Hashes of schemas that are the same may differ, so
    /// it need not be the largest one; but then one of the first few is it, or nothing is clear.
    std::size_t best_reference() {
        std::vector<std::size_t> candidates(classes_.size());
        std::iota(candidates.begin(), candidates.end(), std::size_t{0});
        std::ranges::stable_sort(candidates, std::ranges::greater(), [&](std::size_t cls) {
            return classes_[cls].members.size();
        });
        std::size_t best = candidates.front();
        if (is_majority(classes_[best].members.size())) return best;
        std::set<std::size_t> tried;
        std::size_t agreeing = 0;
        for (std::size_t round = 0; const std::size_t candidate : candidates) {
            if (tried.contains(candidate)) continue;
            if (round++ == kMostRounds) break;
            compare_with(candidate);
            tried.insert(alike_classes_.begin(), alike_classes_.end());
            if (alike_ > agreeing) {
                best = candidate;
                agreeing = alike_;
            }
            if (is_majority(agreeing)) break;
        }
        return best;
    }

    bool is_majority(std::size_t tenants) const { return 2 * tenants > level_.tenants.size(); }

    const TenantSchema& member(std::size_t cls, std::size_t number) const {
        return level_.tenants[classes_[cls].members[number]];
    }

    std::vector<CatalogObject> read(std::size_t cls, std::size_t number) {
        if (!classes_[cls].exists) return {};
        return catalog_.objects(member(cls, number));
    }

    void begin() {
        found_.clear();
        alike_ = 0;
        alike_classes_.clear();
    }

    void put_alike(std::size_t cls) {
        alike_ += classes_[cls].members.size();
        alike_classes_.push_back(cls);
    }

    void put(std::size_t cls, std::vector<Difference> differences) {
        const bool lacks_schema = !classes_[cls].exists;
        if (differences.empty() && !lacks_schema) return put_alike(cls);
        Found& found = found_[Key{lacks_schema, std::move(differences)}];
        found.lacks_schema = lacks_schema;
        found.classes.push_back(cls);
    }

    /// A word of the reference's schema that is its name by chance can't be told from the name
    /// itself: two schemas of one class with other names do not have the same such words.
    void compare_with(std::size_t reference) {
        begin();
        put_alike(reference);
        std::vector<db::SchemaContents> references;
        const std::size_t wanted = std::min<std::size_t>(alike_, 2);
        for (std::size_t i = 0; i < wanted; ++i) {
            references.push_back({member(reference, i), read(reference, i)});
        }
        for (std::size_t i = 0; i < classes_.size(); ++i) {
            if (i == reference) continue;
            if (!classes_[i].exists) {
                put(i, {});
                continue;
            }
            const std::vector<CatalogObject> objects = read(i, 0);
            std::vector<Difference> result;
            for (const db::SchemaContents& each : references) {
                if (!result.empty()) break;
                result = differences({each.name, each.objects}, {member(i, 0), objects});
            }
            // There is a schema where the others have none, and nothing in it.
            put(i, std::move(result));
        }
    }

    std::vector<Difference> differences_to(const db::SchemaContents& built, std::size_t cls) {
        const std::vector<CatalogObject> objects = read(cls, 0);
        return differences({built.name, built.objects}, {member(cls, 0), objects});
    }

    std::string majority_of(std::size_t agreeing) const {
        const std::size_t all = level_.tenants.size();
        return fmt::format(
            "the schema of {} of {}{}",
            agreeing,
            count_of(all, "tenant", "tenants"),
            is_majority(agreeing) ? "" : ", which is no majority"
        );
    }

    std::vector<Group> take_groups(const std::string& expected) const {
        std::vector<Group> groups;
        for (const auto& [key, found] : found_) {
            Group& group = groups.emplace_back();
            group.level = level_.name;
            group.expected = expected;
            group.lacks_schema = found.lacks_schema;
            group.differences = key.second;
            std::vector<std::size_t> places;
            for (const std::size_t cls : found.classes) {
                places.insert(
                    places.end(), classes_[cls].members.begin(), classes_[cls].members.end()
                );
            }
            std::ranges::sort(places);
            for (const std::size_t place : places) {
                group.tenants.push_back(level_.tenants[place].tenant);
            }
        }
        return groups;
    }

    db::Catalog& catalog_;
    const Level& level_;
    const std::vector<Class> classes_;
    std::map<Key, Found> found_;
    std::size_t alike_ = 0;                   ///< tenants that are as expected
    std::vector<std::size_t> alike_classes_;  ///< theirs
};

}  // namespace

Report survey(db::Catalog& catalog, const std::vector<Level>& levels, const Build& build) {
    Report report;
    std::vector<TenantSchema> all;
    for (const Level& level : levels) {
        all.insert(all.end(), level.tenants.begin(), level.tenants.end());
    }
    const std::vector<SchemaHash> hashes = catalog.hashes(all);
    std::size_t begin = 0;
    for (std::size_t i = 0; i < levels.size(); ++i) {
        const Level& level = levels[i];
        const std::size_t size = level.tenants.size();
        const auto own = std::span(hashes).subspan(begin, size);
        begin += size;
        if (size == 0) continue;
        if (size == 1 && !build) {
            report.not_compared.push_back(
                {.tenant = level.tenants.front().tenant,
                 .why = fmt::format("no other tenant has the same files ({})", level.name)}
            );
            continue;
        }
        report.compared += size;
        LevelSurvey survey(catalog, level, own);
        for (Group& group : build ? survey.against(build(i)) : survey.among_themselves()) {
            report.drifted += group.tenants.size();
            report.groups.push_back(std::move(group));
        }
    }
    std::ranges::stable_sort(report.groups, std::ranges::greater(), [](const Group& group) {
        return group.tenants.size();
    });
    return report;
}

}  // namespace migrator::drift
