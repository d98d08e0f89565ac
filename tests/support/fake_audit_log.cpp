#include "support/fake_audit_log.hpp"

#include "core/error.hpp"
#include "db/audit_chain.hpp"

namespace migrator::test {

void FakeAuditLog::break_writes(std::size_t count, std::size_t after) {
    const std::lock_guard lock(mutex_);
    bad_writes_ = count;
    good_writes_ = after;
}

void FakeAuditLog::forbid_tables(const std::string& why) {
    const std::lock_guard lock(mutex_);
    forbidden_ = why;
}

void FakeAuditLog::change(
    const std::function<void(std::vector<db::AuditRow>&, db::AuditHead&)>& change
) {
    const std::lock_guard lock(mutex_);
    change(rows_, head_);
}

std::vector<db::AuditRow> FakeAuditLog::rows() const {
    const std::lock_guard lock(mutex_);
    return rows_;
}

std::vector<std::string> FakeAuditLog::story() const {
    std::vector<std::string> told;
    for (const db::AuditRow& row : rows()) {
        told.push_back(row.entry.outcome + " " + row.entry.operation);
    }
    return told;
}

std::optional<std::string> FakeAuditLog::prepare() {
    const std::lock_guard lock(mutex_);
    if (forbidden_) return forbidden_;
    has_table_ = true;
    return std::nullopt;
}

std::optional<db::AuditHead> FakeAuditLog::append(
    const db::AuditEntry& entry, const db::AuditChain& chain, std::chrono::milliseconds /*patience*/
) {
    const std::lock_guard lock(mutex_);
    if (!has_table_) return std::nullopt;
    if (good_writes_ > 0) {
        --good_writes_;
    } else if (bad_writes_ > 0) {
        --bad_writes_;
        throw Error(ErrorKind::Unavailable, "the disk is full");
    }
    db::AuditRow row{.id = head_.rows + 1, .entry = entry, .key_id = chain.key_id(), .hash = {}};
    row.hash = chain.hash(head_.hash, row);
    rows_.push_back(row);
    head_ = {.rows = row.id, .hash = row.hash};
    return head_;
}

std::optional<db::AuditHead> FakeAuditLog::head() {
    const std::lock_guard lock(mutex_);
    if (!has_table_) return std::nullopt;
    return head_;
}

void FakeAuditLog::read(
    std::int64_t first, std::int64_t last, const std::function<void(const db::AuditRow&)>& row
) {
    for (const db::AuditRow& each : rows()) {
        if (each.id >= first && each.id <= last) row(each);
    }
}

std::map<std::int64_t, std::string> FakeAuditLog::creators() {
    std::map<std::int64_t, std::string> found;
    for (const db::AuditRow& row : rows()) {
        if (row.entry.version > 0) found.emplace(row.entry.version, row.entry.principal);
    }
    return found;
}

}  // namespace migrator::test
