#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coordinator/asker.hpp"
#include "coordinator/audit_check.hpp"
#include "coordinator/dependencies.hpp"
#include "coordinator/options.hpp"
#include "coordinator/refusal_limit.hpp"
#include "core/error.hpp"
#include "db/audit_chain.hpp"

namespace migrator::coordinator {

/// What somebody asks for, as the audit names it.
struct AuditedChange {
    std::string operation;  ///< "apply", "accept", …
    std::vector<std::pair<std::string, std::string>> parameters;
    std::string plan;  ///< `plan::digest`; may be empty
    std::string request_id;
};

/// A part of the audit, the newest row first.
struct AuditPage {
    std::optional<db::AuditHead> head;  ///< nothing: there are no tables yet
    std::vector<db::AuditRow> rows;
    std::int64_t next = 0;  ///< the id to go on behind; 0: this was the last page
};

/// Who changed what, or was refused: a row of `migrator_audit` and a log line for each. Nothing is
/// written for askers that nobody knows, but with AuditMode::On. Thread-safe.
class Audit {
public:
    /// `dependencies` lives longer.
    Audit(const Dependencies& dependencies, const Options& options);
    /// Tries once more to write what could not be written.
    ~Audit();
    Audit(const Audit&) = delete;
    Audit& operator=(const Audit&) = delete;

    /// A change between its row "asked" and the one of its outcome. For one thread. One that is
    /// destroyed without an outcome has failed.
    class Entry {
    public:
        /// Of a change that is not recorded; nothing is written.
        Entry() = default;
        Entry(Audit& audit, db::AuditEntry entry) : audit_(&audit), entry_(std::move(entry)) {}
        Entry(Entry&& other) noexcept
            : audit_(std::exchange(other.audit_, nullptr)), entry_(std::move(other.entry_)) {}
        Entry& operator=(Entry&& other) noexcept {
            std::swap(audit_, other.audit_);
            std::swap(entry_, other.entry_);
            return *this;
        }
        ~Entry() { failed("it ended without an outcome"); }

        /// The head behind the row, in hex; empty when it could not be written, which is logged.
        /// Neither throws. What comes after the first has no effect.
        std::string done(std::int64_t version = 0);
        std::string failed(std::string_view why, std::int64_t version = 0);

    private:
        std::string end(std::string_view outcome, std::string_view why, std::int64_t version);

        Audit* audit_ = nullptr;
        db::AuditEntry entry_;
    };

    /// For who holds the migration lock and has no transaction open. Throws Unavailable when the
    /// row can't be written: nothing may be changed then.
    Entry begin(const Asker& asker, const AuditedChange& change);

    /// A request that was refused. Without a principal it is a log line alone. Never throws; of
    /// those alike one a minute is written.
    void refused(const Asker& asker, const AuditedChange& change, std::string_view why) noexcept;
    /// A change that ended before it began. The same; of one that has met ErrorKind::Unavailable
    /// there is a log line alone, as the row would meet it, too.
    void not_begun(
        const Asker& asker,
        const AuditedChange& change,
        std::string_view why,
        ErrorKind kind = ErrorKind::MigrationFailed
    ) noexcept;
    /// What has happened already, and needs no lock, such as the cancelling of a run. Never throws;
    /// what can't be written now is written later.
    void done(const Asker& asker, const AuditedChange& change) noexcept;

    /// `after`: rows before this one, those of the page before it; 0: the newest.
    AuditPage page(std::size_t first, std::int64_t after) const;
    /// `check_audit` with the configured key.
    AuditCheck check(std::int64_t after, const std::string& kept_head) const;
    /// Who created the versions, by their ids. Never throws: they are an extra, and what a role
    /// must not read is a warning.
    std::map<std::int64_t, std::string> creators() const;

private:
    bool records(const Asker& asker) const;
    db::AuditEntry entry_of(const Asker& asker, const AuditedChange& change) const;
    bool has_tables();
    db::AuditHead write(const db::AuditEntry& entry, std::chrono::milliseconds patience);
    std::string write_end(const db::AuditEntry& entry) noexcept;
    void write_one_of_many(
        const Asker& asker,
        const AuditedChange& change,
        std::string_view outcome,
        std::string_view why
    );
    void write_pending();

    const Dependencies& dependencies_;
    db::AuditLog& log_;
    const AuditMode mode_;
    const db::AuditChain chain_;
    RefusalLimit limit_;
    std::mutex mutex_;
    std::vector<db::AuditEntry> pending_;  ///< could not be written; bounded
};

}  // namespace migrator::coordinator
