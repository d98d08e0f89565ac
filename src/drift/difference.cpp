#include "drift/difference.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <tuple>
#include <utility>

#include "core/ascii.hpp"
#include "core/line_diff.hpp"
#include "drift/same_text.hpp"

namespace migrator::drift {
namespace {

using db::CatalogObject;
using Key = std::pair<std::string, std::string>;

constexpr std::size_t kShortDefinition = 80;  // bytes, for a line

/// Pairs the objects of two schemas: those of one name, and then those whose names have the name of
/// their schema in them.
class Pairing {
public:
    Pairing(const Contents& expected, const Contents& found) : expected_(expected), found_(found) {}

    std::vector<Difference> run() {
        for (std::size_t i = 0; i < expected_.objects.size(); ++i) wanted_.push_back(i);
        for (std::size_t i = 0; i < found_.objects.size(); ++i) given_.push_back(i);
        pair_equal_names();
        pair_similar_names();
        for (const std::size_t i : wanted_) add(Deviation::Missing, &expected_.objects[i], nullptr);
        for (const std::size_t i : given_) add(Deviation::Additional, nullptr, &found_.objects[i]);
        std::ranges::sort(differences_, {}, [](const Difference& each) {
            return std::tie(each.kind, each.name, each.deviation);
        });
        return std::move(differences_);
    }

private:
    static Key key_of(const CatalogObject& object) { return {object.kind, object.name}; }

    void pair_equal_names() {
        std::multimap<Key, std::size_t> open;
        for (const std::size_t i : wanted_) open.emplace(key_of(expected_.objects[i]), i);
        std::erase_if(given_, [&](std::size_t i) {
            const auto [begin, end] = open.equal_range(key_of(found_.objects[i]));
            if (begin == end) return false;
            // Names that a server has made up may be several times the same.
            auto partner = begin;
            for (auto each = begin; each != end; ++each) {
                if (!is_same(expected_.objects[each->second], found_.objects[i])) continue;
                partner = each;
                break;
            }
            meet(partner->second, i);
            open.erase(partner);
            return true;
        });
        wanted_.clear();
        for (const auto& [key, i] : open) wanted_.push_back(i);
    }

    /// Those that have the names of their schemas in them.
    void pair_similar_names() {
        std::erase_if(given_, [&](std::size_t i) {
            const CatalogObject& found = found_.objects[i];
            const auto partner = std::ranges::find_if(wanted_, [&](std::size_t wanted) {
                const CatalogObject& expected = expected_.objects[wanted];
                return expected.kind == found.kind &&
                       same_text(expected.name, expected_.schema, found.name, found_.schema);
            });
            if (partner == wanted_.end()) return false;
            meet(*partner, i);
            wanted_.erase(partner);
            return true;
        });
    }

    void meet(std::size_t expected, std::size_t found) {
        const CatalogObject& wanted = expected_.objects[expected];
        const CatalogObject& given = found_.objects[found];
        if (!is_same(wanted, given)) add(Deviation::Changed, &wanted, &given);
    }

    bool is_same(const CatalogObject& expected, const CatalogObject& found) const {
        return same_text(expected.definition, expected_.schema, found.definition, found_.schema);
    }

    void add(Deviation deviation, const CatalogObject* expected, const CatalogObject* found) {
        Difference difference{.deviation = deviation};
        if (expected != nullptr) {
            difference.kind = expected->kind;
            difference.name = neutral(expected->name, expected_.schema);
            difference.expected = neutral(expected->definition, expected_.schema);
        }
        if (found != nullptr) {
            // A name that is a word by chance looks odd: the one that most have is shown.
            if (expected == nullptr) {
                difference.kind = found->kind;
                difference.name = neutral(found->name, found_.schema);
            }
            difference.found = neutral(found->definition, found_.schema);
        }
        differences_.push_back(std::move(difference));
    }

    const Contents expected_;
    const Contents found_;
    std::vector<std::size_t> wanted_;  ///< expected objects without a partner
    std::vector<std::size_t> given_;   ///< the same of those found
    std::vector<Difference> differences_;
};

}  // namespace

std::string_view name_of(Deviation deviation) {
    switch (deviation) {
        case Deviation::Missing:
            return "missing";
        case Deviation::Additional:
            return "additional";
        default:
            return "changed";
    }
}

std::vector<Difference> differences(const Contents& expected, const Contents& found) {
    return Pairing(expected, found).run();
}

std::string for_people(const Difference& difference) {
    const auto& [deviation, kind, name, expected, found] = difference;
    if (deviation != Deviation::Changed) {
        return fmt::format("{} {} is {}", kind, name, name_of(deviation));
    }
    const std::string text = fmt::format("{} {} has changed", kind, name);
    const auto is_short = [](const std::string& definition) {
        return definition.size() <= kShortDefinition && definition.find('\n') == std::string::npos;
    };
    if (!is_short(expected) || !is_short(found)) return text;
    const auto shown = [](const std::string& definition) {
        return definition.empty() ? std::string_view("nothing") : trimmed(definition);
    };
    return fmt::format("{}: {} instead of {}", text, shown(found), shown(expected));
}

std::vector<std::string> as_text(const Difference& difference) {
    std::vector<std::string> lines = {for_people(difference)};
    for (std::string& line : unified_diff(difference.expected, difference.found)) {
        // One object at a time: where in it a line stands says nothing.
        if (!line.starts_with("@@") && !line.starts_with('\\')) lines.push_back(std::move(line));
    }
    return lines;
}

}  // namespace migrator::drift
