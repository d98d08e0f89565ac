#include "analysis/mysql_types.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/ascii.hpp"
#include "core/number.hpp"

namespace migrator::analysis {
namespace {

using Synonym = std::pair<std::string_view, std::string_view>;

constexpr Synonym kSynonyms[] = {
    {"bool", "tinyint"},
    {"boolean", "tinyint"},
    {"character", "char"},
    {"character varying", "varchar"},
    {"dec", "decimal"},
    {"double precision", "double"},
    {"fixed", "decimal"},
    {"float4", "float"},
    {"float8", "double"},
    {"int1", "tinyint"},
    {"int2", "smallint"},
    {"int3", "mediumint"},
    {"int4", "int"},
    {"int8", "bigint"},
    {"integer", "int"},
    {"long", "mediumtext"},
    {"long varchar", "mediumtext"},
    {"middleint", "mediumint"},
    {"national char", "char"},
    {"national varchar", "varchar"},
    {"nchar", "char"},
    {"numeric", "decimal"},
    {"nvarchar", "varchar"},
    {"real", "double"},
};

constexpr std::string_view kIntegers[] = {"tinyint", "smallint", "mediumint", "int", "bigint"};

struct TypeParts {
    std::string name;       ///< "decimal"
    std::string arguments;  ///< "10,2"
    std::string rest;       ///< " unsigned"
};

TypeParts parts_of(std::string_view type) {
    const std::size_t open = type.find('(');
    if (open == std::string_view::npos) {
        for (const std::string_view word : {" unsigned", " zerofill"}) {
            const std::size_t at = type.find(word);
            if (at != std::string_view::npos)
                return {std::string(type.substr(0, at)), {}, std::string(type.substr(at))};
        }
        return {std::string(type), {}, {}};
    }
    const std::size_t close = std::min(type.rfind(')'), type.size() - 1);
    return {
        std::string(trimmed(type.substr(0, open))),
        std::string(type.substr(open + 1, close - std::min(close, open + 1))),
        std::string(type.substr(close + 1))};
}

/// In lower case and without blanks but between words; strings stay.
std::string squeezed(std::string_view text) {
    std::string result;
    char quote = '\0';
    bool blank = false;
    for (const char c : text) {
        if (quote != '\0') {
            result += c;
            if (c == quote) quote = '\0';
            continue;
        }
        if (kWhiteSpace.find(c) != std::string_view::npos) {
            blank = true;
            continue;
        }
        const bool touches = c == '(' || c == ')' || c == ',' ||
                             (!result.empty() && (result.back() == '(' || result.back() == ','));
        if (blank && !touches && !result.empty()) result += ' ';
        blank = false;
        if (c == '\'' || c == '"') quote = c;
        result += c == '"' ? '\'' : to_lower(c);
        if (c == '"') quote = '"';
    }
    std::ranges::replace(result, '"', '\'');
    return result;
}

std::int64_t number_of(const std::string& text) {
    return parse_number<std::int64_t>(text).value_or(0);
}

/// Elements of an ENUM or SET.
std::vector<std::string> elements_of(const std::string& list) {
    std::vector<std::string> elements;
    bool quoted = false;
    std::string element;
    for (const char c : list) {
        if (c == '\'') quoted = !quoted;
        if (c == ',' && !quoted) {
            elements.push_back(std::exchange(element, {}));
        } else {
            element += c;
        }
    }
    elements.push_back(element);
    return elements;
}

/// Bytes that a value takes.
std::size_t bytes_of(bool is_set, std::size_t elements) {
    if (!is_set) return elements <= 255 ? 1 : 2;
    const std::size_t bytes = (elements + 7) / 8;
    return bytes > 4 ? 8 : bytes;
}

}  // namespace

std::string mysql_type(std::string_view text) {
    TypeParts parts = parts_of(squeezed(text));
    const bool is_bool = parts.name == "bool" || parts.name == "boolean";
    const auto synonym = std::ranges::find(kSynonyms, parts.name, &Synonym::first);
    if (synonym != std::end(kSynonyms)) parts.name = synonym->second;
    if (parts.name == "serial") return "bigint unsigned";
    if (std::ranges::find(kIntegers, parts.name) != std::end(kIntegers)) {
        // A width is for people; that of a truth value is kept by some servers.
        parts.arguments.clear();
    }
    if (is_bool) parts.rest.clear();
    if (parts.name == "decimal") {
        if (parts.arguments.empty()) parts.arguments = "10";
        if (parts.arguments.find(',') == std::string::npos) parts.arguments += ",0";
    }
    if (parts.name == "year") parts.arguments.clear();
    if (parts.arguments.empty() &&
        (parts.name == "char" || parts.name == "binary" || parts.name == "bit")) {
        parts.arguments = "1";
    }
    if (parts.arguments == "0" &&
        (parts.name == "datetime" || parts.name == "timestamp" || parts.name == "time")) {
        parts.arguments.clear();
    }
    std::string result = parts.name;
    if (!parts.arguments.empty()) result += "(" + parts.arguments + ")";
    return result + parts.rest;
}

bool is_free_in_mysql(std::string_view from, std::string_view to, int bytes, bool mariadb) {
    if (from == to) return true;
    const TypeParts before = parts_of(from);
    const TypeParts after = parts_of(to);
    if (before.name != after.name || before.rest != after.rest) return false;
    if (before.name == "varchar" || before.name == "varbinary") {
        const std::int64_t width = before.name == "varchar" ? std::max(bytes, 1) : 1;
        const std::int64_t had = number_of(before.arguments) * width;
        const std::int64_t has = number_of(after.arguments) * width;
        // The length of a value takes a second byte from 256 on; MariaDB can tell from the first
        // one, up to 127.
        constexpr std::int64_t kOneByte = 255;
        constexpr std::int64_t kPlainByte = 127;
        return has >= had && (had > kOneByte || has <= kOneByte || (mariadb && had <= kPlainByte));
    }
    if (before.name == "enum" || before.name == "set") {
        const auto had = elements_of(before.arguments);
        const auto has = elements_of(after.arguments);
        const bool is_set = before.name == "set";
        return has.size() >= had.size() && std::equal(had.begin(), had.end(), has.begin()) &&
               bytes_of(is_set, had.size()) == bytes_of(is_set, has.size());
    }
    return false;
}

}  // namespace migrator::analysis
