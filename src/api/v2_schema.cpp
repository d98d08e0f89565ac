#include "api/v2_schema.hpp"

#include <fmt/format.h>

#include "api/v2_analysis.hpp"
#include "api/v2_console.hpp"
#include "api/v2_drift.hpp"
#include "api/v2_fleet.hpp"
#include "api/v2_runs.hpp"
#include "api/v2_schema_text.hpp"
#include "api/v2_types.hpp"
#include "core/error.hpp"

namespace migrator::api {
namespace {

namespace json = boost::json;
using coordinator::Coordinator;
using graphql::FieldContext;
using graphql::ListResult;
using graphql::Result;

[[noreturn]] void not_found(const std::string& message) {
    const std::string_view code = edge_codes(ErrorKind::NotFound).graphql_code;
    throw graphql::FieldError(message, {{"code", json::string_view(code.data(), code.size())}});
}

/// Whether the file matches the filter, a null or missing one matches all.
bool matches(const json::object& filters, std::string_view key, const std::string& value) {
    const json::value* wanted = filters.if_contains(key);
    return wanted == nullptr || wanted->is_null() || wanted->get_string() == value;
}

bool matches(const json::value* filters, const Migration& file) {
    if (filters == nullptr || filters->is_null()) return true;
    const json::object& wanted = filters->get_object();
    return matches(wanted, "name", file.name) && matches(wanted, "sourceDir", file.source_dir) &&
           matches(wanted, "file", file.file) &&
           matches(wanted, "migrationType", std::string(kind_of(file.type).name));
}

OperationReads& reads_of(FieldContext& context) { return context.request().as<V2Call*>()->reads; }

void resolve_source_migrations(FieldContext& context, Result& result) {
    const json::value* filters = context.arguments().if_contains("filters");
    const std::vector<Migration>& files = reads_of(context).files(context);
    result.list([&](ListResult& list) {
        for (const Migration& file : files) {
            if (matches(filters, file)) list.next().object(graphql::Object(file));
        }
    });
}

void resolve_source_migration(FieldContext& context, Result& result) {
    const std::string wanted(context.arguments().at("file").as_string());
    for (const Migration& file : reads_of(context).files(context)) {
        if (file.file == wanted) return result.object(graphql::Object(file));
    }
    not_found("source migration not found: " + wanted);
}

void resolve_versions(Coordinator& coordinator, FieldContext& context, Result& result) {
    db::VersionsWanted wanted;
    const json::value* file = context.arguments().if_contains("file");
    if (file != nullptr && !file->is_null()) wanted.file = std::string(file->as_string());
    const std::vector<Version>& found = reads_of(context).versions(context, wanted);
    VersionSource source(coordinator, context.selected(), found);
    result.list([&](ListResult& list) {
        for (const Version& version : found) {
            if (!list.wanted()) break;
            const VersionNode node{version, source};
            list.next().object(graphql::Object(node));
        }
    });
}

void resolve_version(Coordinator& coordinator, FieldContext& context, Result& result) {
    const std::int64_t id = context.arguments().at("id").as_int64();
    const std::vector<Version>& found = reads_of(context).versions(context, {.id = id});
    if (found.empty()) not_found(fmt::format("version not found ID: {}", id));
    VersionSource source(coordinator, context.selected(), found);
    const VersionNode node{found.front(), source};
    result.object(graphql::Object(node));
}

void resolve_db_migration(Coordinator& coordinator, FieldContext& context, Result& result) {
    const std::int64_t id = context.arguments().at("id").as_int64();
    context.charge(kCostOfStatement);
    const auto rows =
        coordinator.applied_migrations({.columns = columns_for(context.selected()), .id = id});
    AppliedMigration row;
    if (!rows->next(row)) not_found(fmt::format("DB migration not found ID: {}", id));
    result.object(graphql::Object(row));
}

void resolve_tenants(FieldContext& context, Result& result) {
    const std::vector<std::string>& names = reads_of(context).tenants(context);
    result.list([&](ListResult& list) {
        for (const std::string& name : names) list.next().object(graphql::Object(name));
    });
}

bool is_dry_run(const FieldContext& context) {
    const json::value* input = context.arguments().if_contains("input");
    if (input == nullptr || !input->is_object()) return false;
    const json::value* dry_run = input->get_object().if_contains("dryRun");
    return dry_run != nullptr && dry_run->is_bool() && dry_run->get_bool();
}

/// Puts the gate before all fields of a root type.
void guard(graphql::Schema& schema, const graphql::Type& type) {
    for (const graphql::FieldType& field : type.fields) {
        const std::string operation = type.name + "." + field.name;
        permission_for(operation);
        schema.resolve(
            type.name,
            field.name,
            [operation, resolver = field.resolver](FieldContext& context, Result& result) {
                const V2Call& call = *context.request().as<V2Call*>();
                if (call.gate != nullptr) {
                    call.gate->permit(call.asker, operation, call.request_id, is_dry_run(context));
                }
                resolver(context, result);
            }
        );
    }
}

}  // namespace

graphql::Schema make_v2_schema(Services services, const std::string& prefix) {
    Coordinator& coordinator = services.coordinator;
    graphql::Schema schema(v2_schema_text());
    resolve_types(schema);
    const auto query = [&](const char* field, auto resolver) {
        schema.resolve("Query", field, [&coordinator, resolver](FieldContext& c, Result& r) {
            resolver(coordinator, c, r);
        });
    };
    schema.resolve("Query", "sourceMigrations", resolve_source_migrations);
    schema.resolve("Query", "sourceMigration", resolve_source_migration);
    schema.resolve("Query", "tenants", resolve_tenants);
    query("versions", resolve_versions);
    query("version", resolve_version);
    query("dbMigration", resolve_db_migration);
    resolve_fleet(schema);
    resolve_console(schema, services, prefix);
    resolve_analysis(schema, coordinator);
    resolve_drift(schema, coordinator);
    resolve_mutations(schema, services);
    guard(schema, *schema.query());
    guard(schema, *schema.mutation());
    return schema;
}

std::string_view v2_schema_text() { return kV2SchemaText; }

}  // namespace migrator::api
