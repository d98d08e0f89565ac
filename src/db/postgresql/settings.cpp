#include "db/postgresql/settings.hpp"

#include <fmt/format.h>

#include "core/sha256.hpp"
#include "db/options.hpp"
#include "db/sql/own_sql.hpp"
#include "db/sql/time_limits.hpp"

namespace migrator::db::postgresql {
namespace {

// `discard temp` is refused while a table of them has checks to make. Those of other tables must
// wait for COMMIT: a later file may satisfy them.
constexpr std::string_view kTemporaryChecks =
    "do $migrator$ declare names text; begin "
    "select pg_catalog.string_agg(pg_catalog.format('pg_temp.%I', conname), ', ') into names "
    "from pg_catalog.pg_constraint where condeferrable "
    "and connamespace = pg_catalog.pg_my_temp_schema(); "
    "if names is not null then execute 'set constraints ' || names || ' immediate'; end if; "
    "end $migrator$";

}  // namespace

std::vector<std::string> limit_statements(
    const sql::WorkSettings& settings, const ServerFacts& facts, Scope scope
) {
    const std::string_view set = scope == Scope::Transaction ? "set local" : "set";
    std::vector<std::string> statements;
    const auto add = [&](std::string_view name, auto value) {
        statements.push_back(fmt::format("{} {} = {}", set, name, value));
    };
    if (settings.statement_timeout) add("statement_timeout", settings.statement_timeout->count());
    if (settings.lock_timeout) add("lock_timeout", settings.lock_timeout->count());
    // Between two messages the transaction waits for us: for the next tenant, a slow object store.
    add("idle_in_transaction_session_timeout", 0);
    if (facts.version >= 170'000) add("transaction_timeout", 0);
    if (facts.checks_clients) add("client_connection_check_interval", "'1s'");
    // A client that vanished without a word holds its locks for two hours otherwise.
    add("tcp_keepalives_idle", sql::kKeepAliveIdle.count());
    add("tcp_keepalives_interval", sql::kKeepAliveInterval.count());
    add("tcp_keepalives_count", sql::kKeepAliveCount);
    if (facts.version >= 120'000) add("tcp_user_timeout", sql::kUnacknowledged.count());
    add("client_encoding", "'UTF8'");
    return statements;
}

std::vector<std::string> cleaning_statements(const Cleaning& cleaning) {
    std::vector<std::string> statements = {
        "reset session authorization", "reset role", "reset all", "deallocate all", "close all"};
    if (cleaning.temporary_checks) statements.emplace_back(kTemporaryChecks);
    statements.emplace_back("unlisten *");
    statements.emplace_back("discard temp");
    if (cleaning.sequences) statements.emplace_back("discard sequences");
    if (cleaning.session_locks)
        statements.emplace_back("select pg_catalog.pg_advisory_unlock_all()");
    return statements;
}

LockKeys lock_keys(std::string_view metadata_schema) {
    if (metadata_schema == kMetadataSchema) return {};
    const auto key = [&](const char* lock) {
        const std::string hash = sha256_hex(fmt::format("migrator {} {}", lock, metadata_schema));
        // 60 bits: a bigint that is positive.
        return std::to_string(std::stoull(hash.substr(0, 15), nullptr, 16));
    };
    return {.run = key("run"), .fence = key("fence")};
}

std::string join(const std::vector<std::string>& statements) {
    return fmt::format("{}", fmt::join(statements, "; "));
}

std::string quote_identifier(std::string_view name) { return '"' + sql::doubled(name, '"') + '"'; }

}  // namespace migrator::db::postgresql
