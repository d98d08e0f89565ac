#include "db/postgresql/dialect.hpp"

#include <fmt/format.h>

#include <array>

#include "core/ascii.hpp"
#include "db/postgresql/copy_text.hpp"
#include "db/postgresql/dialect_texts.hpp"
#include "db/postgresql/lexis.hpp"
#include "db/postgresql/settings.hpp"

namespace migrator::db::postgresql {
namespace {

std::string placeholder(int index) { return fmt::format("${}", index); }

std::string folded(std::string_view name) { return lower_case(name); }

constexpr std::array<sql::WaitQuery, 1> kWaitQueries = {{{.sql = kWaits}}};

constexpr std::array<std::string_view, 2> kSystemSchemas = {"information_schema", "pg_*"};

std::string objects_in(const SchemaName& schema) { return fmt::format(kObjectsIn, schema.str()); }

/// Not `create schema if not exists`: that needs the right to create even when the schema exists.
/// A SchemaName holds no quote, so it can stand in one.
std::string create_schema(const SchemaName& name) {
    return fmt::format(
        "do $migrator$ begin if not exists (select from pg_catalog.pg_namespace "
        "where nspname = '{0}') then create schema \"{0}\"; end if; end $migrator$",
        name.str()
    );
}

struct FenceQueries {
    std::string is_free;
    std::string take;
    std::string release;
};

FenceQueries fence_queries(const LockKeys& keys) {
    const auto call = [&](const char* function) {
        return fmt::format("select pg_catalog.{}({})", function, keys.fence);
    };
    return {
        .is_free = call("pg_try_advisory_xact_lock"),
        .take = call("pg_try_advisory_lock_shared"),
        .release = call("pg_advisory_unlock_shared")};
}

std::string drop_schema(const SchemaName& name) {
    return fmt::format("drop schema if exists \"{}\" cascade", name.str());
}

std::string dropped_with(const SchemaName& schema) {
    return fmt::format(kDroppedWith, schema.str());
}

/// A subtransaction may be read-only in one that is not, and takes what the check has set with it.
std::vector<std::string> before_check(const std::string& role) {
    std::vector<std::string> statements = {
        "savepoint migrator_check", "set local transaction_read_only = on"};
    if (!role.empty()) statements.push_back("set local role " + quote_identifier(role));
    return statements;
}

constexpr std::array<std::string_view, 2> kAfterCheck = {
    "rollback to savepoint migrator_check", "release savepoint migrator_check"};

sql::Dialect make_dialect() {
    static const FenceQueries fence = fence_queries(LockKeys());
    return {
        .name = "PostgreSQL",
        .lexis = kPostgresqlLexis,
        .sends_pieces = true,
        .default_atomicity = Atomicity::Version,
        .allows_version_atomicity = true,
        .allows_file_atomicity = true,
        .version_ids_survive_rollback = true,
        .transactional_ddl = true,
        .max_schemas = 0,
        .max_identifier_bytes = 63,
        .row_bytes = copied_bytes,
        .prefix = "migrator.",
        .placeholder = placeholder,
        .json_list = "select pg_catalog.json_array_elements_text({}::json)",
        .json_positions =
            "select value, position from pg_catalog.json_array_elements_text({}::json) with "
            "ordinality as listed (value, position)",
        .joined_places =
            "pg_catalog.bit_or(pg_catalog.set_bit(pg_catalog.repeat('0', {0})::varbit, "
            "(known.position - 1)::integer, 1))::text",
        .literals = nullptr,
        .name_hash = {},
        .hash_name = nullptr,
        // Spelled out: a cast to text would depend on DateStyle.
        .now_utc =
            "pg_catalog.to_char(pg_catalog.timezone('utc', pg_catalog.now()), "
            "'YYYY-MM-DD HH24:MI:SS.US')",
        .now_created = kNowCreated,
        .quote = quote_identifier,
        .create_schema = create_schema,
        .schemas = "select nspname from pg_catalog.pg_namespace",
        .drop_schema = drop_schema,
        .dropped_with = dropped_with,
        .folded = folded,
        .system_schemas = kSystemSchemas,
        .default_schema = "public",
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
        .has_fingerprints = kHasFingerprints,
        .create_fingerprints = kCreateFingerprints,
        .create_filename_index = kCreateFilenameIndex,
        .make_names_exact = {},
        .next_version_id = kNextVersionId,
        .insert_version = kInsertVersion,
        .upsert_lock = kUpsertLock,
        .upsert_tenant_state = kUpsertTenantState,
        .plan_tenant_states = kPlanTenantStates,
        .lock_tenant_state = kLockTenantState,
        .passing_sqlstates = kPassingSqlstates,
        .insert_run = kInsertRun,
        .delete_old_runs = kDeleteOldRuns,
        .update_run = kUpdateRun,
        .cancel_run = kCancelRun,
        .run_silence = kRunSilence,
        .lock_audit_head = kLockAuditHead,
        .fence_is_free = fence.is_free,
        .session_fence = fence.take,
        .release_session_fence = fence.release,
        .prefers_single_messages = kPrefersSingleMessages,
        .stateful_code = kStatefulCode,
        .lock_room = kLockRoom,
        .own_locks = kOwnLocks,
        .lock_room_sqlstate = "53200",
        .free_connections = kFreeConnections,
        .waits = kWaitQueries,
        .waits_right = "pg_read_all_stats, granted to the login, shows it",
        .before_check = before_check,
        .after_check = kAfterCheck,
        .broken_objects = kBrokenObjects,
        .rules = sql::AnalysisRules::Postgresql,
        .why_forbidden = {},
        .can_be_traced = true,
    };
}

}  // namespace

const sql::Dialect& dialect() {
    static const sql::Dialect dialect = make_dialect();
    return dialect;
}

void set_fence(sql::MetadataDialect& dialect, const LockKeys& keys) {
    FenceQueries fence = fence_queries(keys);
    dialect.set(&sql::Dialect::fence_is_free, std::move(fence.is_free));
    dialect.set(&sql::Dialect::session_fence, std::move(fence.take));
    dialect.set(&sql::Dialect::release_session_fence, std::move(fence.release));
}

}  // namespace migrator::db::postgresql
