#include "db/mysql/dialect.hpp"

#include <fmt/format.h>

#include <array>

#include "db/mysql/dialect_texts.hpp"
#include "db/mysql/lexis.hpp"
#include "db/mysql/literal.hpp"
#include "db/mysql/wait_queries.hpp"
#include "db/sql/own_sql.hpp"

namespace migrator::db::mysql {
namespace {

std::string placeholder(int index) { return fmt::format("?{}", index); }

std::string quote(std::string_view identifier) { return "`" + sql::doubled(identifier, '`') + "`"; }

/// Longer rows are written in pieces, but what CONCAT() gives has the same limit.
std::size_t bytes_in_row(std::string_view contents) { return contents.size(); }

std::string create_schema(const SchemaName& name) {
    return "create database if not exists " + quote(name.str());
}

std::string drop_schema(const SchemaName& name) {
    return "drop database if exists " + quote(name.str());
}

constexpr std::array<std::string_view, 7> kSystemSchemas = {
    "information_schema",
    "inspection_schema",
    "metrics_schema",
    "mysql",
    "ndbinfo",
    "performance_schema",
    "sys"};

/// A name that begins with a digit mostly needs none, and the server says so where it does.
bool needs_quotes(const SchemaName& name) { return name.str().find('-') != std::string::npos; }

std::string objects_in(const SchemaName& schema) { return fmt::format(kObjectsIn, schema.str()); }

/// CRC-32 as CRC32() computes it (ISO 3309, the polynomial 0x04C11DB7 with its bits reversed).
std::uint32_t crc32(std::string_view text) {
    static constexpr auto kTable = [] {
        std::array<std::uint32_t, 256> table{};
        for (std::uint32_t i = 0; i < table.size(); ++i) {
            std::uint32_t value = i;
            for (int bit = 0; bit < 8; ++bit) {
                value = (value & 1U) != 0 ? 0xEDB88320U ^ (value >> 1U) : value >> 1U;
            }
            table[i] = value;
        }
        return table;
    }();
    std::uint32_t sum = 0xFFFFFFFFU;
    for (const char c : text) {
        sum = kTable[(sum ^ static_cast<unsigned char>(c)) & 0xFFU] ^ (sum >> 8U);
    }
    return ~sum;
}

/// In the place of the transaction that was begun for the check alone.
std::vector<std::string> before_check(const std::string& /*role*/) {
    return {"start transaction read only"};
}

sql::Dialect make_dialect() {
    return {
        .name = "MySQL",
        .lexis = kMysqlLexis,
        .default_atomicity = Atomicity::Version,
        .allows_version_atomicity = true,
        .version_ids_survive_rollback = true,
        .transactional_ddl = false,
        .one_session_per_worker = true,
        .max_schemas = 0,
        .max_identifier_bytes = 64,
        .message_limit = " (max_allowed_packet)",
        .row_bytes = bytes_in_row,
        .prefix = "migrator.",
        .placeholder = placeholder,
        .json_list = {},
        .json_positions = {},
        .literals = literals,
        .name_hash = "crc32({})",
        .hash_name = crc32,
        .now_utc = "cast(utc_timestamp(6) as char)",
        .now_created = "current_timestamp",
        .quote = quote,
        .create_schema = create_schema,
        .schemas = "select schema_name from information_schema.schemata",
        .drop_schema = drop_schema,
        .needs_quotes = needs_quotes,
        .names_ignore_case = "select @@lower_case_table_names <> 0",
        .system_schemas = kSystemSchemas,
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
        .make_names_exact = kMakeNamesExact,
        .next_version_id = kNextVersionId,
        .insert_version = kInsertVersion,
        .upsert_lock = kUpsertLock,
        .upsert_tenant_state = kUpsertTenantState,
        .plan_tenant_states = kPlanTenantStates,
        .insert_run = kInsertRun,
        .delete_old_runs = kDeleteOldRuns,
        .update_run = kUpdateRun,
        .cancel_run = kCancelRun,
        .run_silence = kRunSilence,
        .lock_audit_head = kLockAuditHead,
        // The lock is the working connection's own: it is there as long as the work is.
        .fence_is_free = {},
        .session_fence = {},
        .release_session_fence = {},
        .prefers_single_messages = {},
        .stateful_code = kStatefulCode,
        .free_connections = kFreeConnections,
        .waits = kWaitQueries,
        .waits_right = "the privilege PROCESS shows who holds a lock",
        .waits_advice =
            "The server does not say who holds such a lock; on MariaDB, \"install soname "
            "'metadata_lock_info'\" shows it",
        .before_check = before_check,
        .broken_objects = {},
        .rules = sql::AnalysisRules::Mysql,
        .why_forbidden = "it would release the migration lock or lock the tables of migrator",
        .why_not_in_transaction =
            "locks tables of its own choice, so migrator could not record the progress of the file",
    };
}

}  // namespace

const sql::Dialect& dialect() {
    static const sql::Dialect dialect = make_dialect();
    return dialect;
}

}  // namespace migrator::db::mysql
