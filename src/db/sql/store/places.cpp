#include "db/sql/store/places.hpp"

#include <fmt/format.h>

namespace migrator::db::sql::store {
namespace {

constexpr std::string_view kPlacesTable = "migrator_places";

}  // namespace

std::vector<SamePlace> Places::read(const MetadataShape& shape) {
    std::vector<SamePlace> places;
    if (!shape.places) return places;
    const std::string sql = fmt::format(
        "select place, same_as from {} order by place, same_as", tables_.name(kPlacesTable)
    );
    tables_.session.query(sql, {}, [&](const Row& row) {
        places.push_back({text_of(row[0]), text_of(row[1])});
    });
    return places;
}

void Places::add(const SamePlace& places) {
    const auto& [session, dialect, options] = tables_;
    const Parameters parameters{places.place, places.same_as};
    const std::string known = fmt::format(
        "select 1 from {} where place = {} and same_as = {}",
        tables_.name(kPlacesTable),
        dialect.placeholder(1),
        dialect.placeholder(2)
    );
    if (query_row(session, known, parameters)) return;
    const std::string sql = fmt::format(
        "insert into {} (place, same_as) values ({}, {})",
        tables_.name(kPlacesTable),
        dialect.placeholder(1),
        dialect.placeholder(2)
    );
    execute(session, sql, parameters);
}

}  // namespace migrator::db::sql::store
