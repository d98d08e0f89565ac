#include "db/sql/store/metadata.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "core/error.hpp"
#include "core/time.hpp"
#include "db/sql/own_sql.hpp"
#include "db/sql/store/applied_rows.hpp"
#include "db/sql/store/file_weights.hpp"

namespace migrator::db::sql::store {
namespace {

TimePoint time(const Value& value) { return value ? parse_database_time(*value) : TimePoint{}; }

}  // namespace

std::string Metadata::table(std::string_view name) const {
    return fmt::format("{}{}", dialect_.prefix, name);
}

std::string Metadata::in_list(std::span<const std::string> names, Parameters& parameters) const {
    if (dialect_.literals != nullptr) {
        return names.empty() ? "in (null)" : fmt::format("in ({})", dialect_.literals(names));
    }
    parameters.emplace_back(json_array(names));
    const std::string placeholder = dialect_.placeholder(static_cast<int>(parameters.size()));
    return fmt::format("in ({})", fmt::format(fmt::runtime(dialect_.json_list), placeholder));
}

std::vector<std::string> Metadata::tenants(const MetadataShape& shape) {
    std::string sql = options_.tenant_select;
    if (sql.empty()) {
        if (!shape.tenants) return {};
        sql = fmt::format("select name from {} order by id", table("migrator_tenants"));
    }
    std::vector<std::string> names;
    told_as("Could not query tenants", [&] {
        session_.query(sql, {}, [&](const Row& row) {
            names.push_back(row.empty() ? std::string() : text_of(row.front()));
        });
    });
    return names;
}

Applied Metadata::applied(const MetadataShape& shape, const std::vector<Migration>& sources) {
    Applied applied;
    std::unordered_set<std::string> seen;
    for (std::string& name : tenants(shape)) {
        SchemaName::parse(name);  // it goes into files as text: an invalid one must stop everything
        if (seen.insert(name).second) applied.tenants.push_back(std::move(name));
    }
    if (!shape.migrations) return applied;
    const std::string sql = fmt::format(
        "select m.filename, m.checksum, x.migrations from {0} m join (select max(id) as id, "
        "max(case when {1} then 1 else 0 end) as migrations from {0} group by filename) "
        "x on x.id = m.id",
        table("migrator_migrations"),
        migration_rows()
    );
    told_as("Could not query DB migrations", [&] {
        session_.query(sql, {}, [&](const Row& row) {
            applied.files.insert_or_assign(
                text_of(row[0]), AppliedFile{to_integer(row[2]) != 0, text_of(row[1])}
            );
        });
        applied.states = tenant_states(shape);
        read_counts(sources, applied);
    });
    return applied;
}

void Metadata::read_counts(const std::vector<Migration>& sources, Applied& applied) {
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
    if (dialect_.joined_places.empty()) {
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
void Metadata::read_places(
    std::span<const std::string> files, const FileSet& none, Applied& applied
) {
    const std::string sql = fmt::format(
        "select m.db_schema, nullif({}, '{}') from {} m join ({}) known on known.value = "
        "m.filename "
        "where {} group by m.db_schema",
        fmt::format(fmt::runtime(dialect_.joined_places), files.size()),
        std::string(files.size(), '1'),
        table("migrator_migrations"),
        fmt::format(fmt::runtime(dialect_.json_positions), dialect_.placeholder(1)),
        tenant_migration_rows("m.type")
    );
    session_.query(sql, Parameters{json_array(files)}, [&](const Row& row) {
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
void Metadata::count_files_of_tenants(
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
void Metadata::count_files(std::span<const std::string> files, const TakeCount& take) {
    if (dialect_.literals != nullptr) {
        session_.query(hash_query(files), {}, [&](const Row& row) {
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
        table("migrator_migrations"),
        FileWeights::kDigits,
        fmt::format(fmt::runtime(dialect_.json_positions), dialect_.placeholder(1)),
        tenant_migration_rows("m.type")
    );
    session_.query(sql, parameters, [&](const Row& row) {
        const std::int64_t rows = to_integer(row[1]);
        const std::int64_t sum = to_integer(row[2]);
        take(text_of(row[0]), weights.are_all(rows, sum), weights.missing(rows, sum));
    });
}

/// Each tenant with rows of `files`, and 1 when it has each of them once.
std::string Metadata::hash_query(std::span<const std::string> files) const {
    std::uint64_t sum = 0;
    for (const std::string& file : files) sum += dialect_.hash_name(file);
    const std::string hash = fmt::format(fmt::runtime(dialect_.name_hash), "filename");
    return fmt::format(
        "select db_schema, case when count(*) = {0} and sum({1}) = {2} then 1 else 0 end "
        "from {3} where {5} and filename in ({4}) group by db_schema",
        files.size(),
        hash,
        sum,
        table("migrator_migrations"),
        dialect_.literals(files),
        tenant_migration_rows()
    );
}

/// Exactly which files: a row for each.
void Metadata::read_files_of_tenants(
    std::span<const std::string> files, std::span<const std::string> tenants, Applied& applied
) {
    if (tenants.empty()) return;
    Parameters parameters;
    const std::string in_files = in_list(files, parameters);
    const std::string sql = fmt::format(
        "select distinct db_schema, filename from {} where {} and filename {} and db_schema {}",
        table("migrator_migrations"),
        tenant_migration_rows(),
        in_files,
        in_list(tenants, parameters)
    );
    session_.query(sql, parameters, [&](const Row& row) {
        applied.files_of_tenant.at(text_of(row[0])).insert(text_of(row[1]));
    });
    for (const std::string& tenant : tenants) {
        applied.counts[tenant] = applied.files_of_tenant.at(tenant).size();
    }
}

std::vector<TenantState> Metadata::tenant_states(const MetadataShape& shape) {
    std::vector<TenantState> states;
    if (!shape.tenant_state) return states;
    const std::string sql = fmt::format(
        "select tenant, version_id, first_file, state, {}, statement, {}, message, changed from {} "
        "order by tenant",
        dialect_.quote("file"),  // words of the language for some
        dialect_.quote("sqlstate"),
        table("migrator_tenant_state")
    );
    session_.query(sql, {}, [&](const Row& row) {
        states.push_back({
            .tenant = text_of(row[0]),
            .version_id = to_integer(row[1]),
            .first_file = text_of(row[2]),
            .state = text_of(row[3]),
            .file = text_of(row[4]),
            .statement = to_integer(row[5]),
            .sqlstate = text_of(row[6]),
            .message = text_of(row[7]),
            .changed = time(row[8]),
        });
    });
    return states;
}

std::unique_ptr<RowSource> Metadata::migrations(
    const MetadataShape& shape, const RowsWanted& wanted
) {
    if (!shape.migrations) return nullptr;
    return session_.open(select_migrations(dialect_, shape, wanted), {});
}

std::vector<Version> Metadata::versions(const MetadataShape& shape, const VersionsWanted& wanted) {
    std::vector<Version> versions;
    if (!shape.versions) return versions;
    std::string sql = fmt::format("select id, name, created from {}", table("migrator_versions"));
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
            table("migrator_migrations"),
            dialect_.placeholder(1)
        );
        parameters.emplace_back(*wanted.file);
    }
    told_as("Could not query versions", [&] {
        session_.query(sql + " order by id desc", parameters, [&](const Row& row) {
            versions.push_back({to_integer(row[0]), text_of(row[1]), time(row[2])});
        });
    });
    return versions;
}

std::vector<std::string> Metadata::broken_objects() {
    std::vector<std::string> objects;
    if (dialect_.broken_objects.empty()) return objects;
    session_.query(dialect_.broken_objects, {}, [&](const Row& row) {
        objects.push_back(row[0].value_or("?") + ": " + row.at(1).value_or(""));
    });
    return objects;
}

std::optional<RunOwner> Metadata::lock_owner(const MetadataShape& shape) {
    if (!shape.lock) return std::nullopt;
    const std::string sql = fmt::format(
        "select run_id, owner, request_id, version_name, since from {} where id = 1",
        table("migrator_lock")
    );
    const auto row = query_row(session_, sql);
    if (!row) return std::nullopt;
    return RunOwner{
        text_of((*row)[0]),
        text_of((*row)[1]),
        text_of((*row)[2]),
        text_of((*row)[3]),
        time((*row)[4])};
}

}  // namespace migrator::db::sql::store
