#include "api/v2_types.hpp"

#include "api/operation_reads.hpp"
#include "api/v2_columns.hpp"
#include "api/v2_runs.hpp"
#include "wire/migrations.hpp"
#include "wire/runs.hpp"

namespace migrator::api {
namespace {

using graphql::ListResult;
using graphql::Result;
using graphql::Schema;

/// `migration_of` finds the migration in a T, of which `columns` are those of its rows.
template <typename T, typename MigrationOf>
void resolve_migration(
    Schema& schema, const char* type, const wire::Columns<T>& columns, MigrationOf migration_of
) {
    // The largest of all values: not copied.
    resolve<T>(schema, type, "contents", [=](const T& value, Result& result) {
        result.string(migration_of(value).contents);
    });
    resolve<T>(schema, type, "migrationType", [=](const T& value, Result& result) {
        result.string(kind_of(migration_of(value).type).name);
    });
    resolve_columns(schema, type, columns);
}

void resolve_version(Schema& schema) {
    constexpr const char* kType = "Version";
    for (const wire::Column<Version>& column : wire::version_columns()) {
        resolve<VersionNode>(
            schema,
            kType,
            column.name.c_str(),
            [&column](const VersionNode& node, Result& result) {
                write(result, column.value(node.version));
            }
        );
    }
    resolve<VersionNode>(schema, kType, "createdBy", [](const auto& node, Result& result) {
        const std::string creator = node.source.creator_of(node.version.id);
        if (!creator.empty()) result.string(creator);
    });
    schema.resolve(kType, "dbMigrations", [](graphql::FieldContext& context, Result& result) {
        const auto& node = context.parent().as<VersionNode>();
        node.source.write_rows(node.version.id, context, result);
    });
}

void resolve_summary(Schema& schema) {
    constexpr const char* kType = "Summary";
    resolve<Summary>(schema, kType, "duration", [](const Summary& summary, Result& result) {
        result.number(std::chrono::duration<double>(summary.duration).count());
    });
    resolve_columns(schema, kType, wire::summary_columns());
}

}  // namespace

db::Columns columns_for(const graphql::Selected& selected) {
    using enum db::Column;
    constexpr struct {
        const char* field;
        db::Column column;
    } kColumns[] = {
        {"name", Name},
        {"migrationType", Type},
        {"sourceDir", SourceDir},
        {"file", File},
        {"contents", Contents},
        {"checkSum", CheckSum},
        {"schema", Schema},
        {"created", Created},
    };
    db::Columns columns;
    for (const auto& row : kColumns) {
        if (selected.has(row.field)) columns.add(row.column);
    }
    return columns;
}

VersionSource::VersionSource(
    coordinator::Coordinator& coordinator,
    const graphql::Selected& selected,
    const std::vector<Version>& versions
)
    : coordinator_(&coordinator) {
    if (selected.has("createdBy")) creators_ = coordinator.audit().creators();
    if (!selected.has("dbMigrations")) return;
    columns_ = columns_for(*selected.below("dbMigrations"));
    // Under two aliases the rows of a version are asked for twice: then there is no going through
    // all of them once.
    if (selected.count("dbMigrations") == 1) {
        rows_ = std::make_shared<VersionRows>(coordinator, columns_, versions);
    }
}

VersionSource::VersionSource(
    const std::vector<AppliedMigration>& rows, const std::vector<Migration>& files
)
    : given_(&rows) {
    for (const Migration& file : files) files_.emplace(file.file, &file);
}

std::string VersionSource::creator_of(std::int64_t version_id) const {
    const auto found = creators_.find(version_id);
    return found == creators_.end() ? std::string() : found->second;
}

void VersionSource::write_rows(
    std::int64_t version_id, graphql::FieldContext& context, Result& result
) const {
    if (given_ == nullptr) context.charge(rows_ ? rows_->next_cost() : kCostOfStatement);
    result.list([&](ListResult& list) {
        const auto write = [&](const AppliedMigration& row) {
            list.next().object(graphql::Object(row));
            return list.wanted();
        };
        if (given_ != nullptr) {
            for (AppliedMigration row : *given_) {
                const auto file = files_.find(row.migration.file);
                if (file != files_.end()) row.migration.contents = file->second->contents;
                write(row);
            }
        } else if (rows_) {
            rows_->read(version_id, write);
        } else {
            VersionRows(*coordinator_, columns_, {}).read(version_id, write);
        }
    });
}

void resolve_types(Schema& schema) {
    resolve_migration(
        schema,
        "SourceMigration",
        wire::migration_columns(),
        [](const Migration& file) -> const Migration& { return file; }
    );
    resolve_migration(
        schema,
        "DBMigration",
        wire::applied_columns(),
        [](const AppliedMigration& row) -> const Migration& { return row.migration; }
    );
    resolve<std::string>(schema, "Tenant", "name", [](const std::string& name, Result& result) {
        result.string(name);
    });
    resolve_version(schema);
    resolve_summary(schema);
}

}  // namespace migrator::api
