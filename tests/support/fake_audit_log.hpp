#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "db/audit_log.hpp"

namespace migrator::test {

/// The audit of a FakeConnector. Thread-safe.
class FakeAuditLog : public db::AuditLog {
public:
    // What a test arranges.

    /// So many of the next writes, behind so many that succeed, throw Unavailable.
    void break_writes(std::size_t count, std::size_t after = 0);
    /// The tables are missing, and the server refuses to make them with these words.
    void forbid_tables(const std::string& why);
    /// Rows and head as a person with access to the tables changes them.
    void change(const std::function<void(std::vector<db::AuditRow>&, db::AuditHead&)>& change);

    // What a test looks at.

    std::vector<db::AuditRow> rows() const;
    /// "asked apply", "done apply", …
    std::vector<std::string> story() const;

    // db::AuditLog

    std::optional<std::string> prepare() override;
    std::optional<db::AuditHead> append(
        const db::AuditEntry& entry, const db::AuditChain& chain, std::chrono::milliseconds patience
    ) override;
    std::optional<db::AuditHead> head() override;
    void read(
        std::int64_t first, std::int64_t last, const std::function<void(const db::AuditRow&)>& row
    ) override;
    std::map<std::int64_t, std::string> creators() override;

private:
    mutable std::mutex mutex_;
    bool has_table_ = false;
    std::optional<std::string> forbidden_;
    std::size_t good_writes_ = 0;
    std::size_t bad_writes_ = 0;
    std::vector<db::AuditRow> rows_;
    db::AuditHead head_;
};

}  // namespace migrator::test
