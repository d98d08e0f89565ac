#include "db/sql/connector/sql_audit_log.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "db/audit_chain.hpp"
#include "db/sql/store/audit_rows.hpp"
#include "db/sql/store/metadata_shape.hpp"
#include "db/sql/time_limits.hpp"
#include "db/sql/transaction.hpp"

namespace migrator::db::sql::connector {
namespace {

constexpr const char* kQueryAudit = "Could not query the audit";

AuditHead existing(const std::optional<AuditHead>& head) {
    if (head) return *head;
    throw Error(
        ErrorKind::Unavailable,
        "the row of migrator_audit_head is missing, so the audit cannot be continued; restore it "
        "from a backup, or from the head in the log"
    );
}

/// Whatever the server refuses: the row is not there.
template <typename Write>
auto recording(Write&& write) try {
    return write();
} catch (const Error& error) {
    if (error.kind() == ErrorKind::Unavailable) throw;
    throw Error(
        ErrorKind::Unavailable,
        fmt::format(
            "could not write to the audit: {}; the role in dataSource needs INSERT on "
            "migrator_audit, and SELECT and UPDATE on migrator_audit_head",
            error.what()
        )
    );
}

}  // namespace

bool SqlAuditLog::is_there(Session& session) {
    if (was_there_) return true;
    if (store::read_shape(session, server_.dialect()).audit) was_there_ = true;
    return was_there_;
}

std::optional<std::string> SqlAuditLog::prepare() {
    if (was_there_) return std::nullopt;
    const auto session = server_.connect();
    if (is_there(*session)) return std::nullopt;
    try {
        Transaction transaction(*session, {.lock_timeout = kLockPatience}, {});
        execute(*session, server_.dialect().create_audit);
        transaction.commit_or_throw();
    } catch (const Error& error) {
        if (session->is_lost()) throw;
        if (is_there(*session)) return std::nullopt;  // somebody else was faster
        return error.what();
    }
    was_there_ = true;
    return std::nullopt;
}

std::optional<AuditHead> SqlAuditLog::append(
    const AuditEntry& entry, const AuditChain& chain, std::chrono::milliseconds patience
) {
    return recording([&]() -> std::optional<AuditHead> {
        const auto session = server_.connect();
        if (!is_there(*session)) return std::nullopt;
        session->use_schemas({});
        Transaction transaction(*session, {.lock_timeout = patience}, {});
        store::AuditRows rows({*session, server_.dialect(), options_});
        const AuditHead before = existing(rows.lock_head());
        AuditRow row{.id = before.rows + 1, .entry = entry, .key_id = chain.key_id(), .hash = {}};
        row.hash = chain.hash(before.hash, row);
        rows.insert(row);
        transaction.commit_or_throw();
        return AuditHead{.rows = row.id, .hash = row.hash};
    });
}

std::optional<AuditHead> SqlAuditLog::head() {
    return reader_.on_session([&](Session& session) -> std::optional<AuditHead> {
        return told_as(kQueryAudit, [&]() -> std::optional<AuditHead> {
            if (!is_there(session)) return std::nullopt;
            return existing(store::AuditRows({session, server_.dialect(), options_}).head());
        });
    });
}

void SqlAuditLog::read(
    std::int64_t first, std::int64_t last, const std::function<void(const AuditRow&)>& row
) {
    LeasedRows rows = reader_.open(
        kQueryAudit,
        [&](Session& session, const store::Tables& tables, const store::MetadataShape&) {
            if (!is_there(session)) return std::unique_ptr<RowSource>();
            return store::AuditRows(tables).open(first, last);
        }
    );
    for (Row values; rows.next(values);) row(store::AuditRows::to_row(values));
}

std::map<std::int64_t, std::string> SqlAuditLog::creators() {
    return reader_.on_session([&](Session& session) -> std::map<std::int64_t, std::string> {
        return told_as(kQueryAudit, [&]() -> std::map<std::int64_t, std::string> {
            if (!is_there(session)) return {};
            return store::AuditRows({session, server_.dialect(), options_}).creators();
        });
    });
}

}  // namespace migrator::db::sql::connector
