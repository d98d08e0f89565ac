#include "db/sql/store/versions.hpp"

#include <fmt/format.h>

namespace migrator::db::sql::store {

std::vector<Version> Versions::list(const MetadataShape& shape, const VersionsWanted& wanted) {
    std::vector<Version> versions;
    if (!shape.versions) return versions;
    std::string sql =
        fmt::format("select id, name, created from {}", tables_.name("migrator_versions"));
    Parameters parameters;
    std::string_view conjunction = "where";
    if (wanted.id) {
        sql += fmt::format(" {} id = {}", conjunction, *wanted.id);
        conjunction = "and";
    }
    if (wanted.file) {
        if (!shape.migrations || !shape.version_id) return versions;
        sql += fmt::format(
            " {} id in (select version_id from {} where filename = {})",
            conjunction,
            tables_.name("migrator_migrations"),
            tables_.dialect.placeholder(1)
        );
        parameters.emplace_back(*wanted.file);
    }
    told_as("Could not query versions", [&] {
        tables_.session.query(sql + " order by id desc", parameters, [&](const Row& row) {
            versions.push_back({to_integer(row[0]), text_of(row[1]), to_time(row[2])});
        });
    });
    return versions;
}

std::int64_t Versions::next_id() {
    return to_integer(query_row(tables_.session, tables_.dialect.next_version_id).value().front());
}

void Versions::insert(std::int64_t id, const std::string& name) {
    tables_.session.execute_later(
        tables_.dialect.insert_version, Parameters{std::to_string(id), name}
    );
}

}  // namespace migrator::db::sql::store
