#include "db/sql/store/audit_rows.hpp"

#include <fmt/format.h>

#include "db/sql/own_sql.hpp"

namespace migrator::db::sql::store {
namespace {

constexpr std::string_view kAudit = "migrator_audit";
constexpr std::string_view kAuditHead = "migrator_audit_head";

std::optional<AuditHead> to_head(const std::optional<Row>& row) {
    if (!row) return std::nullopt;
    return AuditHead{.rows = to_integer(row->at(0)), .hash = text_of(row->at(1))};
}

}  // namespace

std::optional<AuditHead> AuditRows::lock_head() {
    return to_head(query_row(tables_.session, tables_.dialect.lock_audit_head));
}

std::optional<AuditHead> AuditRows::head() {
    const std::string sql =
        fmt::format("select last_row, hash from {} where id = 1", tables_.name(kAuditHead));
    return to_head(query_row(tables_.session, sql));
}

void AuditRows::insert(const AuditRow& row) {
    const auto& [session, dialect, options] = tables_;
    const AuditEntry& entry = row.entry;
    const Parameters texts{
        entry.time,
        entry.outcome,
        entry.operation,
        entry.principal,
        entry.proof,
        entry.role,
        entry.address,
        entry.request_id,
        entry.details,
        entry.plan,
        entry.message,
        row.key_id,
        row.hash};
    std::string placeholders;
    for (std::size_t i = 1; i <= texts.size(); ++i) {
        placeholders += ", " + dialect.placeholder(static_cast<int>(i));
    }
    const std::string sql = fmt::format(
        "insert into {} (id, version_id, asked_row, happened_at, outcome, operation, principal, "
        "proof, role_name, address, request_id, details, plan_sha256, message, key_id, hash) "
        "values ({}, {}, {}{})",
        tables_.name(kAudit),
        row.id,
        entry.version,
        entry.asked,
        placeholders
    );
    execute(session, sql, texts);
    const std::string head = fmt::format(
        "update {} set last_row = {}, hash = {} where id = 1",
        tables_.name(kAuditHead),
        row.id,
        dialect.placeholder(1)
    );
    execute(session, head, {row.hash});
}

std::unique_ptr<RowSource> AuditRows::open(std::int64_t first, std::int64_t last) {
    const std::string sql = fmt::format(
        "select id, version_id, asked_row, happened_at, outcome, operation, principal, proof, "
        "role_name, address, request_id, details, plan_sha256, message, key_id, hash from {} "
        "where id between {} and {} order by id",
        tables_.name(kAudit),
        first,
        last
    );
    return tables_.session.open(sql, {});
}

AuditRow AuditRows::to_row(const Row& row) {
    std::size_t column = 0;
    const auto number = [&] { return to_integer(row.at(column++)); };
    const auto text = [&] { return text_of(row.at(column++)); };
    AuditRow read;
    read.id = number();
    read.entry.version = number();
    read.entry.asked = number();
    read.entry.time = text();
    read.entry.outcome = text();
    read.entry.operation = text();
    read.entry.principal = text();
    read.entry.proof = text();
    read.entry.role = text();
    read.entry.address = text();
    read.entry.request_id = text();
    read.entry.details = text();
    read.entry.plan = text();
    read.entry.message = text();
    read.key_id = text();
    read.hash = text();
    return read;
}

std::map<std::int64_t, std::string> AuditRows::creators() {
    std::map<std::int64_t, std::string> found;
    const std::string sql = fmt::format(
        "select version_id, principal from {} where version_id > 0 order by id",
        tables_.name(kAudit)
    );
    tables_.session.query(sql, {}, [&](const Row& row) {
        found.emplace(to_integer(row.at(0)), text_of(row.at(1)));
    });
    return found;
}

}  // namespace migrator::db::sql::store
