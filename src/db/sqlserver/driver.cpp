#include "db/driver.hpp"

#include <optional>

#include "core/ascii.hpp"
#include "db/masking.hpp"
#include "db/sql/connector/sql_connector.hpp"
#include "db/sqlserver/data_source.hpp"
#include "db/sqlserver/sqlserver.hpp"

namespace migrator::db::sqlserver {
namespace {

constexpr auto kNowhere = std::string_view::npos;

/// Where the value that starts at `from` ends (at a ';' or the end); nothing when its quotes are
/// not closed or something stands behind them.
std::optional<std::size_t> end_of_value(
    std::string_view text, std::size_t from, std::string_view openers, std::string_view closers
) {
    const auto start = text.find_first_not_of(kWhiteSpace, from);
    const auto kind = start == kNowhere ? kNowhere : openers.find(text[start]);
    if (kind == kNowhere) return std::min(text.find(';', from), text.size());
    for (std::size_t i = start + 1; i < text.size(); ++i) {
        if (text[i] != closers[kind]) continue;
        if (i + 1 < text.size() && text[i + 1] == closers[kind]) {
            ++i;
            continue;
        }
        const auto next = std::min(text.find_first_not_of(kWhiteSpace, i + 1), text.size());
        if (next < text.size() && text[next] != ';') return std::nullopt;
        return next;
    }
    return std::nullopt;
}

std::string mask_pairs(std::string_view text, std::string_view openers, std::string_view closers) {
    std::string result;
    SeenNames seen;
    for (std::size_t from = 0; from < text.size();) {
        const auto separator = text.find_first_of("=;", from);
        if (separator == kNowhere || text[separator] == ';') {
            const auto end = std::min(separator, text.size());
            if (!trimmed(text.substr(from, end - from)).empty()) return std::string(kMask);
            if (end < text.size()) result += ';';
            from = end + 1;
            continue;
        }
        const std::string_view name = text.substr(from, separator - from);
        const auto end = end_of_value(text, separator + 1, openers, closers);
        if (!end || !seen.add(name)) return std::string(kMask);
        std::string_view value = trimmed(text.substr(separator + 1, *end - separator - 1));
        const bool is_quoted = value.size() >= 2 && openers.find(value.front()) != kNowhere;
        if (is_quoted) value = value.substr(1, value.size() - 2);
        result += shown_parameter(name, value, text.substr(from, *end - from));
        if (*end < text.size()) result += ';';
        from = *end + 1;
    }
    return result;
}

std::string mask(std::string_view data_source) {
    constexpr std::string_view kOdbcPrefix = "odbc:";
    if (data_source.starts_with("sqlserver://")) return mask_url(data_source);
    if (!data_source.starts_with(kOdbcPrefix)) return mask_pairs(data_source, "\"'", "\"'");
    return std::string(kOdbcPrefix) + mask_pairs(data_source.substr(kOdbcPrefix.size()), "{", "}");
}

std::vector<std::string> passwords(std::string_view data_source) {
    return passwords_of(data_source, [](std::string_view text) {
        return std::vector<std::string>{parse_data_source(text).password};
    });
}

}  // namespace

constexpr Driver kDriver{
    .name = "sqlserver",
    .mask = mask,
    .passwords = passwords,
    .connect = sql::connector::connect<make_server>,
    .offline_data_source = "server=offline.invalid;user id=offline;password=offline",
};

}  // namespace migrator::db::sqlserver
