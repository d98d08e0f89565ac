#pragma once

#include <chrono>
#include <memory>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "analysis/tracer.hpp"
#include "db/options.hpp"
#include "db/sql/session.hpp"

namespace migrator::analysis {

/// Where scratch schemas are made.
enum class ScratchPlace : bool {
    SameDatabase,  ///< beside the tenants: files of single schemas don't run there
    OtherDatabase  ///< an empty one: single schemas are made, too, under their own names
};

struct ScratchOptions {
    ScratchPlace place = ScratchPlace::SameDatabase;
    /// Wait for each lock on what others may use.
    std::chrono::milliseconds lock_timeout{500};
    std::string maker;       ///< host and process, for whoever finds what is left
    std::stop_token stop{};  ///< cancels what is running
};

/// A schema with a generated name that holds what files have made, and nothing else: for a trace
/// that touches no tenant. PostgreSQL. One thread at a time.
///
/// Each file runs twice: first it is traced, and one that locks what is outside in more than ROW
/// EXCLUSIVE mode, or changes anything outside, is refused before anything is committed.
class Scratch {
public:
    /// Makes the schema. Both are lent. Throws Configuration when the other database is not empty,
    /// MigrationFailed when the schema can't be made.
    Scratch(db::sql::Server& server, const db::Options& options, ScratchOptions scratch);
    /// Drops what it made; what can't be dropped is logged.
    ~Scratch();
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

    const std::string& schema() const { return schema_; }

    /// Runs a file for good: its part of history. Where it can't run in a transaction it runs as
    /// if it could: an index on an empty table needs no CONCURRENTLY. Single files are left out in
    /// the same database. Throws MigrationFailed, with file and reason.
    void build(const Migration& migration);

    /// What these files do to it, in this order. A file that would lock or change what is outside
    /// ends the trace with a sentence.
    Trace trace(const std::vector<const Migration*>& files);

    /// Drops it now. Throws what keeps it from that.
    void drop();

private:
    TracedFile placed(const Migration& migration) const;
    void allow(const TracedFile& file);
    bool leaves_out(const Migration& migration) const;
    Trace guarded(const std::vector<TracedFile>& files);
    std::string outside(const TracedStatement& statement) const;
    void make_schema(const std::string& name);
    void run(const TracedFile& file);
    void run_text(db::sql::Session& session, const std::string& text) const;
    db::sql::WorkSettings settings() const;
    std::unique_ptr<db::sql::Session> connect();
    std::string comment_on(const std::string& schema) const;

    db::sql::Server& server_;
    const db::Options options_;
    const ScratchOptions scratch_;
    const std::string schema_;
    std::set<std::string> schemas_;  ///< that may be changed
    std::set<std::string> made_;
};

/// What an interrupted trace has left: a sentence for each schema, with what to do.
std::vector<std::string> left_by_scratch(db::sql::Session& session);

}  // namespace migrator::analysis
