#pragma once

#include <atomic>

#include "db/audit_log.hpp"
#include "db/sql/connector/reader.hpp"

namespace migrator::db::sql::connector {

/// The audit of a SQL server. What it writes goes over a new connection each time: neither a run
/// nor those who read make it wait, and it leaves no setting behind.
class SqlAuditLog : public AuditLog {
public:
    /// All live longer.
    SqlAuditLog(Server& server, Reader& reader, const Options& options)
        : server_(server), reader_(reader), options_(options) {}

    std::optional<std::string> prepare() override;
    std::optional<AuditHead> append(
        const AuditEntry& entry, const AuditChain& chain, std::chrono::milliseconds patience
    ) override;
    std::optional<AuditHead> head() override;
    void read(
        std::int64_t first, std::int64_t last, const std::function<void(const AuditRow&)>& row
    ) override;
    std::map<std::int64_t, std::string> creators() override;

private:
    bool is_there(Session& session);

    Server& server_;
    Reader& reader_;
    const Options& options_;
    /// Seen once: whoever drops it later gets errors, and no new chain.
    std::atomic<bool> was_there_ = false;
};

}  // namespace migrator::db::sql::connector
