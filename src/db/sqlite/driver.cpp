#include "db/driver.hpp"

#include "db/masking.hpp"
#include "db/sql/connector/sql_connector.hpp"
#include "db/sqlite/sqlite.hpp"

namespace migrator::db::sqlite {
namespace {

constexpr auto kNone = std::string_view::npos;

/// A path; but somebody may have left another driver's data source there, whole or in parts. All
/// of these have one of two characters in them that are rare in paths.
std::string mask(std::string_view data_source) {
    constexpr std::string_view kPrefix = "file:";
    std::string_view path = data_source;
    if (path.starts_with(kPrefix)) path.remove_prefix(kPrefix.size());
    const bool is_harmless = path == ":memory:" || path.find_first_of(":=") == kNone;
    return std::string(is_harmless ? data_source : kMask);
}

std::vector<std::string> passwords(std::string_view /*data_source*/) { return {}; }

}  // namespace

constexpr Driver kDriver{
    .name = "sqlite",
    .mask = mask,
    .passwords = passwords,
    .connect = sql::connector::connect<make_server>,
    .offline_data_source = "offline",
    .why_not_version =
        "must be tenant: on SQLite each schema is a separate file, of which at most 10 can be "
        "attached at a time, so one transaction cannot span a version",
    .why_not_file = "must be tenant: SQLite does not support atomicity: file yet",
    .why_no_fleet = "has no effect on SQLite, which processes groups of tenants one after another",
    .why_no_role = "has no effect on SQLite, which has no roles",
};

}  // namespace migrator::db::sqlite
