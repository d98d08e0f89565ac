#include "db/sqlserver/dialect.hpp"

#include <fmt/format.h>

#include <array>

#include "db/sql/own_sql.hpp"
#include "db/sqlserver/dialect_texts.hpp"
#include "db/sqlserver/lexis.hpp"
#include "db/sqlserver/script_scan.hpp"

namespace migrator::db::sqlserver {
namespace {

std::string placeholder(int index) { return fmt::format("@p{}", index); }

/// CREATE SCHEMA has to be alone in its batch.
std::string create_schema(const SchemaName& name) {
    return fmt::format(
        "if not exists (select 1 from information_schema.schemata where schema_name = {})\n"
        "    exec sys.sp_executesql {}",
        quote_text(name.str()),
        quote_text("create schema " + quote_identifier(name.str()))
    );
}

constexpr std::array<std::string_view, 12> kSystemSchemas = {
    "db_accessadmin",
    "db_backupoperator",
    "db_datareader",
    "db_datawriter",
    "db_ddladmin",
    "db_denydatareader",
    "db_denydatawriter",
    "db_owner",
    "db_securityadmin",
    "guest",
    "information_schema",
    "sys"};

constexpr std::array<sql::WaitQuery, 1> kWaitQueries = {{{.sql = kWaits}}};

std::string objects_in(const SchemaName& schema) {
    return fmt::format(kObjectsIn, quote_text(schema.str()));
}

struct FenceQueries {
    std::string is_free;
    std::string take;
    std::string release;
};

FenceQueries fence_queries(std::string_view fence) {
    return {
        .is_free = try_lock_query(fence, {.mode = "Exclusive", .owner = "Transaction"}),
        .take = try_lock_query(fence, {.mode = "Shared", .owner = "Session"}),
        .release = fmt::format(
            "exec sys.sp_releaseapplock @Resource = {}, @LockOwner = N'Session'", quote_text(fence)
        )};
}

/// There is no read-only transaction: what a function has changed is taken back.
std::vector<std::string> before_check(const std::string& /*role*/) {
    return {"save transaction migrator_check"};
}

/// Some errors leave nothing but the whole transaction to roll back.
constexpr std::array<std::string_view, 1> kAfterCheck = {
    "if xact_state() = 1 rollback transaction migrator_check"};

sql::Dialect make_dialect() {
    static const FenceQueries fence = fence_queries(kFence);
    return {
        .name = "SQL Server",
        .lexis = kSqlServerLexis,
        .scan = sqlserver::scan,
        .default_atomicity = Atomicity::Version,
        .allows_version_atomicity = true,
        .allows_file_atomicity = true,
        .version_ids_survive_rollback = true,
        .folds_file_names = true,
        .max_schemas = 0,
        .max_identifier_bytes = 128,  // characters, and names of tenants are ASCII
        .prefix = "migrator.",
        .placeholder = placeholder,
        .json_list = kJsonList,
        .json_positions = kJsonPositions,
        .now_utc = kNowUtc,
        .quote = quote_identifier,
        .create_schema = create_schema,
        .schemas = "select name from sys.schemas",
        .names_ignore_case = kNamesIgnoreCase,
        .system_schemas = kSystemSchemas,
        .default_schema = "dbo",
        .objects_in = objects_in,
        .shape_query = kShapeQuery,
        .create_metadata_schema = kCreateMetadataSchema,
        .create_migrations = kCreateMigrations,
        .create_versions = kCreateVersions,
        .add_version_id = kAddVersionId,
        .require_version_id = kRequireVersionId,
        .create_tenants = kCreateTenants,
        .create_lock = kCreateLock,
        .create_runs = kCreateRuns,
        .create_tenant_state = kCreateTenantState,
        .create_places = kCreatePlaces,
        .create_audit = kCreateAudit,
        .create_if_missing = "if object_id('{0}') is null create table {0} ({1})",
        .create_filename_index = kCreateFilenameIndex,
        .next_version_id = kNextVersionId,
        .insert_version = kInsertVersion,
        .upsert_lock = kUpsertLock,
        .upsert_tenant_state = kUpsertTenantState,
        .plan_tenant_states = kPlanTenantStates,
        .lock_tenant_state = kLockTenantState,
        .passing_sqlstates = {},  // the session tells, which knows what a COMMIT has kept
        .insert_run = kInsertRun,
        .delete_old_runs = kDeleteOldRuns,
        .update_run = kUpdateRun,
        .cancel_run = kCancelRun,
        .run_silence = kRunSilence,
        .lock_audit_head = kLockAuditHead,
        .fence_is_free = fence.is_free,
        .session_fence = fence.take,
        .release_session_fence = fence.release,
        .prefers_single_messages = {},
        .waits = kWaitQueries,
        .waits_right = "VIEW SERVER STATE, granted to the login, shows who holds a lock",
        .before_check = before_check,
        .after_check = kAfterCheck,
        .broken_objects = {},
    };
}

}  // namespace

std::string quote_identifier(std::string_view identifier) {
    return "[" + sql::doubled(identifier, ']') + "]";
}

std::string quote_text(std::string_view text) { return "N'" + sql::doubled(text, '\'') + "'"; }

std::string try_lock_query(std::string_view resource, const LockForm& form, std::string_view also) {
    return fmt::format(
        "declare @got int;\n"
        "exec @got = sys.sp_getapplock @Resource = {}, @LockMode = {}, @LockOwner = {}, "
        "@LockTimeout = 0;\n"
        "select case when @got >= 0{} then 1 else 0 end",
        quote_text(resource),
        quote_text(form.mode),
        quote_text(form.owner),
        also.empty() ? std::string() : fmt::format(" and {}", also)
    );
}

std::string fence_query(std::string_view prefix, std::string_view fence) {
    return try_lock_query(
        fence,
        {.mode = "Shared", .owner = "Transaction"},
        fmt::format("exists (select 1 from {}migrator_lock where id = 1 and run_id = @p1)", prefix)
    );
}

void set_fence(sql::MetadataDialect& dialect, std::string_view fence) {
    FenceQueries queries = fence_queries(fence);
    dialect.set(&sql::Dialect::fence_is_free, std::move(queries.is_free));
    dialect.set(&sql::Dialect::session_fence, std::move(queries.take));
    dialect.set(&sql::Dialect::release_session_fence, std::move(queries.release));
}

const sql::Dialect& dialect() {
    static const sql::Dialect dialect = make_dialect();
    return dialect;
}

}  // namespace migrator::db::sqlserver
