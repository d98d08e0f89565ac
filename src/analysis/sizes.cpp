#include "analysis/sizes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string_view>

#include "core/error.hpp"
#include "db/sql/own_sql.hpp"
#include "db/sql/transaction.hpp"

namespace migrator::analysis {
namespace {

namespace sql = db::sql;

constexpr std::chrono::milliseconds kPatience{1'000};

constexpr std::string_view kTables = R"(
select n.nspname, c.relname, {}
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'm')
  and n.nspname in (select pg_catalog.jsonb_array_elements_text($1::pg_catalog.jsonb)))";

constexpr std::string_view kKnown = "greatest(c.relpages, 0)";
/// The file is asked for where nobody has counted.
constexpr std::string_view kKnownOrAsked =
    "case when c.relpages > 0 or c.reltuples > 0 then c.relpages "
    "else pg_catalog.pg_relation_size(c.oid) "
    "/ pg_catalog.current_setting('block_size')::pg_catalog.int8 end";

std::map<std::string, TableSizes> read(
    sql::Session& session, const std::string& names, std::string_view pages
) {
    std::map<std::string, TableSizes> sizes;
    const sql::Transaction transaction(session, {.lock_timeout = kPatience}, "");
    session.query(
        fmt::format(fmt::runtime(kTables), pages),
        std::vector<sql::Value>{names},
        [&](const sql::Row& row) {
            sizes[sql::text_of(row[0])][sql::text_of(row[1])] = sql::to_integer(row[2]);
        }
    );
    return sizes;
}

}  // namespace

std::map<std::string, TableSizes> read_sizes(
    sql::Session& session, const std::vector<std::string>& schemas
) {
    const std::string names = sql::json_array(schemas);
    try {
        return read(session, names, kKnownOrAsked);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::Internal) throw;
        return read(session, names, kKnown);  // somebody holds a lock on a table
    }
}

std::int64_t total_pages(const TableSizes& sizes) {
    std::int64_t total = 0;
    for (const auto& [table, pages] : sizes) total += pages;
    return total;
}

std::vector<std::string> spread_over_sizes(
    const std::map<std::string, TableSizes>& sizes,
    const std::vector<std::string>& schemas,
    std::size_t count
) {
    struct Sized {
        std::int64_t pages;
        std::string schema;
        auto operator<=>(const Sized&) const = default;
    };
    std::vector<Sized> left;
    for (const std::string& schema : schemas) {
        const auto found = sizes.find(schema);
        left.push_back({found == sizes.end() ? 0 : total_pages(found->second), schema});
    }
    std::ranges::sort(left);
    if (count > 0 && left.size() > count) {
        const double first = std::log1p(static_cast<double>(left.front().pages));
        const double last = std::log1p(static_cast<double>(left.back().pages));
        std::vector<Sized> chosen;
        for (std::size_t i = 0; i < count; ++i) {
            // One alone is the one in the middle.
            const double part =
                count == 1 ? 0.5
                           : static_cast<double>(count - 1 - i) / static_cast<double>(count - 1);
            const double wanted = first + (part * (last - first));
            const auto nearest = std::ranges::min_element(left, {}, [&](const Sized& one) {
                return std::abs(std::log1p(static_cast<double>(one.pages)) - wanted);
            });
            chosen.push_back(*nearest);
            left.erase(nearest);
        }
        std::ranges::sort(chosen);
        left = std::move(chosen);
    }
    std::vector<std::string> result;
    for (const Sized& one : left) result.push_back(one.schema);
    return result;
}

}  // namespace migrator::analysis
