#include "analysis/types.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>
#include <vector>

namespace migrator::analysis {
namespace {

struct Type {
    std::string name;
    std::vector<int> limits;  ///< none: as long as it likes

    bool operator==(const Type&) const = default;
};

constexpr std::pair<std::string_view, std::string_view> kOtherNames[] = {
    {"character varying", "varchar"},
    {"character", "bpchar"},
    {"char", "bpchar"},
    {"integer", "int4"},
    {"int", "int4"},
    {"bigint", "int8"},
    {"smallint", "int2"},
    {"boolean", "bool"},
    {"bit varying", "varbit"},
    {"decimal", "numeric"},
    {"real", "float4"},
    {"double precision", "float8"},
    {"timestamp without time zone", "timestamp"},
    {"timestamp with time zone", "timestamptz"},
    {"time without time zone", "time"},
    {"time with time zone", "timetz"}};

Type parsed(std::string_view text) {
    Type type;
    const std::size_t open = text.find('(');
    std::string name(text.substr(0, open));
    if (open != std::string_view::npos) {
        const std::size_t close = std::min(text.find(')', open), text.size());
        for (std::size_t at = open + 1; at < close;) {
            int number = 0;
            const auto read = std::from_chars(text.data() + at, text.data() + close, number);
            type.limits.push_back(number);
            at = static_cast<std::size_t>(read.ptr - text.data()) + 1;
        }
        name += text.substr(std::min(close + 1, text.size()));  // "timestamp(3) with time zone"
    }
    while (!name.empty() && name.back() == ' ') name.pop_back();
    for (const auto& [other, usual] : kOtherNames) {
        if (name == other) name = usual;
    }
    type.name = name;
    return type;
}

/// Each limit of `to` holds what `from` can have.
bool is_wider(const Type& from, const Type& to) {
    if (to.limits.empty()) return true;
    if (from.limits.empty()) return false;
    return to.limits.front() >= from.limits.front();
}

}  // namespace

bool needs_rewrite(std::string_view from_text, std::string_view to_text, bool utc) {
    const Type from = parsed(from_text);
    const Type to = parsed(to_text);
    if (from == to) return false;
    const auto either = [](const Type& type) {
        return type.name == "varchar" || type.name == "text";
    };
    if (either(from) && either(to)) return !is_wider(from, to);
    if (from.name == "varchar" && to.name == "citext") return false;
    if (from.name == "text" && to.name == "citext") return false;
    if (from.name == "cidr" && to.name == "inet") return false;
    const auto with_or_without_zone = [](const Type& type) {
        return type.name == "timestamp" || type.name == "timestamptz";
    };
    if (utc && with_or_without_zone(from) && with_or_without_zone(to)) return !is_wider(from, to);
    if (from.name != to.name) return true;
    if (from.name == "numeric") {
        const auto scale = [](const Type& type) {
            return type.limits.size() > 1 ? type.limits[1] : 0;
        };
        return !is_wider(from, to) || (!to.limits.empty() && scale(from) != scale(to));
    }
    const bool by_length = from.name == "varbit" || from.name == "timestamp" ||
                           from.name == "timestamptz" || from.name == "time" ||
                           from.name == "timetz" || from.name == "interval";
    return !by_length || !is_wider(from, to);
}

}  // namespace migrator::analysis
