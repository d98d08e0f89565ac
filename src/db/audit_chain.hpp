#pragma once

#include <string>

#include "db/audit_log.hpp"

namespace migrator::db {

/// How the rows of the audit hang together: each holds a hash over the hash of the row before it
/// and its own canonical text, so a row that is edited, deleted, added or moved no longer fits.
///
/// The canonical text is a row of fields, each written as its length in bytes (decimal), `:`, its
/// bytes, and `,`: no two rows have the same text. The fields, in this order: the hash of the row
/// before (empty in front of the first), id, key_id, time, outcome, operation, principal, proof,
/// role, address, request_id, details, plan, version, asked, message. Numbers are decimal.
///
/// The hash is the SHA-256 of that text or, with a key, its HMAC-SHA-256, in lower-case hex.
/// Without a key, whoever may write to the table can also compute the chain anew; a head that was
/// kept elsewhere tells that. With one they can't, without knowing it.
class AuditChain {
public:
    /// Without a key when it is empty.
    explicit AuditChain(std::string key = {});

    /// Tells keys apart and gives nothing away: the start of HMAC-SHA-256(key, "migrator audit
    /// key"). Empty without a key.
    const std::string& key_id() const { return key_id_; }

    /// Whether `hash` can be asked for this row: it is made without a key, or with this one.
    bool can_check(const AuditRow& row) const {
        return row.key_id.empty() || row.key_id == key_id_;
    }

    /// `row.hash` as it has to be behind a row with the hash `previous`. The row's own is not
    /// looked at.
    std::string hash(const std::string& previous, const AuditRow& row) const;

private:
    const std::string key_;
    const std::string key_id_;
};

}  // namespace migrator::db
