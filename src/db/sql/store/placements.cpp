#include "db/sql/store/placements.hpp"

#include <fmt/format.h>

namespace migrator::db::sql::store {
namespace {

constexpr std::string_view kPlacementsTable = "migrator_placements";
constexpr std::string_view kPlacementColumns =
    "tenant varchar(200) not null primary key, server varchar(200) not null";

}  // namespace

void Placements::make_table() {
    execute(
        tables_.session,
        fmt::format(
            fmt::runtime(tables_.dialect.create_if_missing),
            tables_.name(kPlacementsTable),
            kPlacementColumns
        )
    );
}

std::string Placements::place(const SchemaName& tenant, const std::string& server) {
    make_table();
    const auto& [session, dialect, options] = tables_;
    const std::string known = fmt::format(
        "select server from {} where tenant = {}",
        tables_.name(kPlacementsTable),
        dialect.placeholder(1)
    );
    if (const auto row = query_row(session, known, {tenant.str()})) return text_of(row->front());
    execute(
        session,
        fmt::format(
            "insert into {} (tenant, server) values ({}, {})",
            tables_.name(kPlacementsTable),
            dialect.placeholder(1),
            dialect.placeholder(2)
        ),
        {tenant.str(), server}
    );
    return server;
}

void Placements::remove(const SchemaName& tenant) {
    make_table();
    execute(
        tables_.session,
        fmt::format(
            "delete from {} where tenant = {}",
            tables_.name(kPlacementsTable),
            tables_.dialect.placeholder(1)
        ),
        {tenant.str()}
    );
}

}  // namespace migrator::db::sql::store
