#include "db/sql/store/applied_reader.hpp"

#include <fmt/format.h>

#include <unordered_set>

#include "core/schema_name.hpp"
#include "db/sql/store/file_weights.hpp"
#include "db/sql/store/tenant_states.hpp"
#include "db/sql/store/tenants.hpp"

namespace migrator::db::sql::store {

Applied AppliedReader::read(const MetadataShape& shape, const std::vector<Migration>& sources) {
    Applied applied;
    std::unordered_set<std::string> seen;
    for (std::string& name : Tenants(tables_).list(shape)) {
        SchemaName::parse(name);  // it goes into files as text: an invalid one must stop everything
        if (seen.insert(name).second) applied.tenants.push_back(std::move(name));
    }
    if (!shape.migrations) return applied;
    const std::string sql = fmt::format(
        "select m.filename, m.checksum, x.migrations from {0} m join (select max(id) as id, "
        "max(case when {1} then 1 else 0 end) as migrations from {0} group by filename) "
        "x on x.id = m.id",
        tables_.name("migrator_migrations"),
        migration_rows()
    );
    told_as("Could not query DB migrations", [&] {
        tables_.session.query(sql, {}, [&](const Row& row) {
            applied.files.insert_or_assign(
                text_of(row[0]), AppliedFile{to_integer(row[2]) != 0, text_of(row[1])}
            );
        });
        applied.states = TenantStates(tables_).read(shape);
        read_counts(sources, applied);
    });
    return applied;
}

void AppliedReader::read_counts(const std::vector<Migration>& sources, Applied& applied) {
    std::vector<std::string> known;
    for (const Migration& source : sources) {
        if (!is_tenant_migration(source.type)) continue;
        const auto found = applied.files.find(source.file);
        if (found != applied.files.end() && found->second.as_migration)
            known.push_back(source.file);
    }
    if (known.empty() || applied.tenants.empty()) return;
    const auto numbers = std::make_shared<FileNumbers>();
    for (const std::string& file : known) numbers->number(file);
    FileSet all(numbers);
    for (std::size_t i = 0; i < known.size(); ++i) all.insert(i);
    if (tables_.dialect.joined_places.empty()) {
        count_files_of_tenants(known, FileSet(numbers), applied);
    } else {
        read_places(known, FileSet(numbers), applied);
    }
    for (const TenantState& state : applied.states) {
        if (state.tenant.empty()) continue;
        const bool is_complete = applied.counts.contains(state.tenant);
        applied.files_of_tenant.try_emplace(state.tenant, is_complete ? all : FileSet(numbers));
    }
}

/// One row for each tenant tells exactly which files it has.
void AppliedReader::read_places(
    std::span<const std::string> files, const FileSet& none, Applied& applied
) {
    const std::string sql = fmt::format(
        "select m.db_schema, nullif({}, '{}') from {} m join ({}) known on known.value = "
        "m.filename "
        "where {} group by m.db_schema",
        fmt::format(fmt::runtime(tables_.dialect.joined_places), files.size()),
        std::string(files.size(), '1'),
        tables_.name("migrator_migrations"),
        fmt::format(fmt::runtime(tables_.dialect.json_positions), tables_.dialect.placeholder(1)),
        tenant_migration_rows("m.type")
    );
    tables_.session.query(sql, Parameters{json_array(files)}, [&](const Row& row) {
        const std::string tenant = text_of(row[0]);
        applied.counts.emplace(tenant, files.size());
        if (!row[1]) return;
        FileSet own = none;
        for (std::size_t i = 0; i < row[1]->size(); ++i) {
            if ((*row[1])[i] == '1') own.insert(i);
        }
        applied.counts[tenant] = own.size();
        applied.files_of_tenant.emplace(tenant, std::move(own));
    });
}

/// Where the server can't tell that in one row: first who has all of them, or all but one.
void AppliedReader::count_files_of_tenants(
    std::span<const std::string> known, const FileSet& none, Applied& applied
) {
    std::vector<std::string> unclear;
    count_files(known, [&](const std::string& tenant, bool is_complete, const auto& missing) {
        applied.counts.emplace(tenant, is_complete ? known.size() : 0);
        if (is_complete) return;
        FileSet own = none;
        if (missing) {
            for (std::size_t i = 0; i < known.size(); ++i) {
                if (i != *missing) own.insert(i);
            }
        } else {
            unclear.push_back(tenant);
        }
        applied.counts[tenant] = own.size();
        applied.files_of_tenant.emplace(tenant, std::move(own));
    });
    read_files_of_tenants(known, unclear, applied);
}

/// To count distinct pairs would take twice as long.
void AppliedReader::count_files(std::span<const std::string> files, const TakeCount& take) {
    if (tables_.dialect.literals != nullptr) {
        tables_.session.query(hash_query(files), {}, [&](const Row& row) {
            take(text_of(row[0]), to_integer(row[1]) == 1, std::nullopt);
        });
        return;
    }
    const FileWeights weights(files.size());
    // A weight stands in front of its file: SQLite joins two lists by comparing all with all.
    const Parameters parameters{json_array(weights.in_front_of(files))};
    const std::string sql = fmt::format(
        "select m.db_schema, count(*), sum(known.weight) from {0} m join (select substring(value, "
        "{1} + 1, 10000) as filename, cast(substring(value, 1, {1}) as bigint) as weight from "
        "({2}) "
        "listed) known on known.filename = m.filename where {3} group by m.db_schema",
        tables_.name("migrator_migrations"),
        FileWeights::kDigits,
        fmt::format(fmt::runtime(tables_.dialect.json_positions), tables_.dialect.placeholder(1)),
        tenant_migration_rows("m.type")
    );
    tables_.session.query(sql, parameters, [&](const Row& row) {
        const std::int64_t rows = to_integer(row[1]);
        const std::int64_t sum = to_integer(row[2]);
        take(text_of(row[0]), weights.are_all(rows, sum), weights.missing(rows, sum));
    });
}

/// Each tenant with rows of `files`, and 1 when it has each of them once.
std::string AppliedReader::hash_query(std::span<const std::string> files) const {
    std::uint64_t sum = 0;
    for (const std::string& file : files) sum += tables_.dialect.hash_name(file);
    const std::string hash = fmt::format(fmt::runtime(tables_.dialect.name_hash), "filename");
    return fmt::format(
        "select db_schema, case when count(*) = {0} and sum({1}) = {2} then 1 else 0 end "
        "from {3} where {5} and filename in ({4}) group by db_schema",
        files.size(),
        hash,
        sum,
        tables_.name("migrator_migrations"),
        tables_.dialect.literals(files),
        tenant_migration_rows()
    );
}

/// Exactly which files: a row for each.
void AppliedReader::read_files_of_tenants(
    std::span<const std::string> files, std::span<const std::string> tenants, Applied& applied
) {
    if (tenants.empty()) return;
    Parameters parameters;
    const std::string in_files = tables_.in_list(files, parameters);
    const std::string sql = fmt::format(
        "select distinct db_schema, filename from {} where {} and filename {} and db_schema {}",
        tables_.name("migrator_migrations"),
        tenant_migration_rows(),
        in_files,
        tables_.in_list(tenants, parameters)
    );
    tables_.session.query(sql, parameters, [&](const Row& row) {
        applied.files_of_tenant.at(text_of(row[0])).insert(text_of(row[1]));
    });
    for (const std::string& tenant : tenants) {
        applied.counts[tenant] = applied.files_of_tenant.at(tenant).size();
    }
}

}  // namespace migrator::db::sql::store
