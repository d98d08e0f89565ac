#include "api/v2_types.hpp"

#include "api/v2_runs.hpp"
#include "core/time.hpp"

namespace migrator::api {
namespace {

using graphql::FieldContext;
using graphql::ListResult;
using graphql::Result;
using graphql::Schema;

/// Resolves a field from a value of type T.
template <typename T, typename Write>
void resolve(Schema& schema, const char* type, const char* field, Write write) {
    schema.resolve(type, field, [write](FieldContext& context, Result& result) {
        write(context.parent().as<T>(), result);
    });
}

/// The fields of the interface; `migration_of` finds the migration in a T.
template <typename T, typename MigrationOf>
void resolve_migration(Schema& schema, const char* type, MigrationOf migration_of) {
    const auto text = [&](const char* field, std::string Migration::*member) {
        resolve<T>(schema, type, field, [=](const T& value, Result& result) {
            result.string(migration_of(value).*member);
        });
    };
    text("name", &Migration::name);
    text("sourceDir", &Migration::source_dir);
    text("file", &Migration::file);
    text("contents", &Migration::contents);
    text("checkSum", &Migration::check_sum);
    resolve<T>(schema, type, "migrationType", [=](const T& value, Result& result) {
        result.string(name_of(migration_of(value).type));
    });
}

void resolve_applied(Schema& schema) {
    constexpr const char* kType = "DBMigration";
    using Row = AppliedMigration;
    resolve_migration<Row>(schema, kType, [](const Row& row) -> const Migration& {
        return row.migration;
    });
    resolve<Row>(schema, kType, "id", [](const Row& row, Result& result) {
        result.integer(row.id);
    });
    resolve<Row>(schema, kType, "schema", [](const Row& row, Result& result) {
        result.string(row.schema);
    });
    resolve<Row>(schema, kType, "created", [](const Row& row, Result& result) {
        result.string(format_rfc3339(row.created));
    });
}

void resolve_version(Schema& schema) {
    constexpr const char* kType = "Version";
    using Node = VersionNode;
    resolve<Node>(schema, kType, "id", [](const Node& node, Result& result) {
        result.integer(node.version.id);
    });
    resolve<Node>(schema, kType, "name", [](const Node& node, Result& result) {
        result.string(node.version.name);
    });
    resolve<Node>(schema, kType, "created", [](const Node& node, Result& result) {
        result.string(format_rfc3339(node.version.created));
    });
    resolve<Node>(schema, kType, "dbMigrations", [](const Node& node, Result& result) {
        node.source.write_rows(node.version.id, result);
    });
}

void resolve_summary(Schema& schema) {
    constexpr const char* kType = "Summary";
    const auto number = [&](const char* field, auto number_of) {
        resolve<Summary>(schema, kType, field, [=](const Summary& summary, Result& result) {
            result.integer(std::invoke(number_of, summary));
        });
    };
    number("tenants", &Summary::tenants);
    number("singleMigrations", &Summary::single_migrations);
    number("tenantMigrations", &Summary::tenant_migrations);
    number("tenantMigrationsTotal", &Summary::tenant_migrations_total);
    number("migrationsGrandTotal", &Summary::migrations_grand_total);
    number("singleScripts", &Summary::single_scripts);
    number("tenantScripts", &Summary::tenant_scripts);
    number("tenantScriptsTotal", &Summary::tenant_scripts_total);
    number("scriptsGrandTotal", &Summary::scripts_grand_total);
    const auto tenants = [&](const char* field, std::int64_t FleetSummary::*number_of) {
        resolve<Summary>(schema, kType, field, [=](const Summary& summary, Result& result) {
            if (!summary.fleet) return result.null();
            result.integer(*summary.fleet.*number_of);
        });
    };
    tenants("tenantsDone", &FleetSummary::tenants_done);
    tenants("tenantsFailed", &FleetSummary::tenants_failed);
    tenants("tenantsSkipped", &FleetSummary::tenants_skipped);
    tenants("retries", &FleetSummary::retries);
    resolve<Summary>(schema, kType, "startedAt", [](const Summary& summary, Result& result) {
        result.string(format_rfc3339(summary.started_at));
    });
    resolve<Summary>(schema, kType, "duration", [](const Summary& summary, Result& result) {
        result.number(std::chrono::duration<double>(summary.duration).count());
    });
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

void VersionSource::write_rows(std::int64_t version_id, Result& result) const {
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

std::string_view name_of(MigrationType type) {
    switch (type) {
        case MigrationType::SingleMigration:
            return "SingleMigration";
        case MigrationType::TenantMigration:
            return "TenantMigration";
        case MigrationType::SingleScript:
            return "SingleScript";
        case MigrationType::TenantScript:
            return "TenantScript";
    }
    return "";
}

void resolve_types(Schema& schema) {
    resolve_migration<Migration>(
        schema, "SourceMigration", [](const Migration& file) -> const Migration& { return file; }
    );
    resolve_applied(schema);
    resolve<std::string>(schema, "Tenant", "name", [](const std::string& name, Result& result) {
        result.string(name);
    });
    resolve_version(schema);
    resolve_summary(schema);
}

}  // namespace migrator::api
