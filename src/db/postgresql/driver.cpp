#include "db/driver.hpp"

#include <optional>

#include "core/ascii.hpp"
#include "db/masking.hpp"
#include "db/postgresql/data_source.hpp"
#include "db/postgresql/postgresql.hpp"
#include "db/sql/connector/sql_connector.hpp"

namespace migrator::db::postgresql {
namespace {

constexpr auto kNone = std::string_view::npos;

/// One pair of libpq's key/value form, and where it ends.
struct Pair {
    std::string_view name;
    std::string_view value;  ///< without its quotes, escapes as written
    std::size_t end = 0;
};

std::optional<Pair> parse_pair(std::string_view text, std::size_t from) {
    const auto equals = text.find('=', from);
    if (equals == kNone) return std::nullopt;
    Pair pair;
    pair.name = trimmed(text.substr(from, equals - from));
    if (!consists_of(
            pair.name, "._ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        )) {
        return std::nullopt;
    }
    const auto start = text.find_first_not_of(kWhiteSpace, equals + 1);
    if (start == kNone) {
        pair.end = text.size();
        return pair;
    }
    const bool is_quoted = text[start] == '\'';
    const std::size_t first = start + (is_quoted ? 1 : 0);
    std::size_t last = first;
    while (last < text.size()) {
        if (text[last] == '\\')
            ++last;
        else if (is_quoted ? text[last] == '\'' : kWhiteSpace.find(text[last]) != kNone)
            break;
        ++last;
    }
    if (last > text.size() || (is_quoted && last == text.size())) return std::nullopt;
    pair.value = text.substr(first, last - first);
    pair.end = last + (is_quoted ? 1 : 0);
    // libpq would go on; but then the quote was rather a part of the value.
    if (pair.end < text.size() && kWhiteSpace.find(text[pair.end]) == kNone) return std::nullopt;
    return pair;
}

std::string mask_key_values(std::string_view text) {
    std::string result;
    SeenNames seen;
    std::size_t from = 0;
    while (true) {
        const auto start = std::min(text.find_first_not_of(kWhiteSpace, from), text.size());
        result += text.substr(from, start - from);
        if (start == text.size()) return result;
        const auto pair = parse_pair(text, start);
        if (!pair || !seen.add(pair->name)) return std::string(kMask);
        const bool has_escapes = pair->value.find('\\') != kNone;
        result += shown_parameter(
            pair->name,
            has_escapes ? "'" : pair->value,  // escapes are not looked into: mask
            text.substr(start, pair->end - start)
        );
        from = pair->end;
    }
}

std::string mask(std::string_view data_source) {
    const bool is_url =
        data_source.starts_with("postgres://") || data_source.starts_with("postgresql://");
    return is_url ? mask_url(data_source) : mask_key_values(data_source);
}

std::vector<std::string> passwords(std::string_view data_source) {
    return passwords_of(data_source, [](std::string_view text) {
        const DataSource source = parse_data_source(text);
        std::vector<std::string> found;
        for (const char* key : {"password", "sslpassword"}) {
            if (const std::string* value = source.find(key)) found.push_back(*value);
        }
        return found;
    });
}

}  // namespace

constexpr Driver kDriver{
    .name = "postgres",
    .mask = mask,
    .passwords = passwords,
    .connect = sql::connector::connect<make_server>,
    .offline_data_source = "host=offline.invalid",
};

}  // namespace migrator::db::postgresql
