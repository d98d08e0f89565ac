#include "db/sql/connector/sql_run_records.hpp"

#include <chrono>

#include "db/sql/store/runs.hpp"

namespace migrator::db::sql::connector {
namespace {

constexpr const char* kQueryRuns = "Could not query runs";

/// How long a look at the runs waits for the lock of one that works.
constexpr std::chrono::seconds kRunsPatience{1};

/// While it lives, statements on the session wait no longer than that.
class ShortPatience {
public:
    explicit ShortPatience(Session& session) : session_(session) {
        session_.set_patience(kRunsPatience);
    }
    ~ShortPatience() { session_.set_patience(std::nullopt); }
    ShortPatience(const ShortPatience&) = delete;
    ShortPatience& operator=(const ShortPatience&) = delete;

private:
    Session& session_;
};

/// All runs.
class RowsWithShortPatience : public RowSource {
public:
    RowsWithShortPatience(Session& session, const Dialect& dialect)
        : patience_(session), rows_(store::Runs(session, dialect).open()) {}
    bool next(Row& row) override { return rows_->next(row); }

private:
    const ShortPatience patience_;
    const std::unique_ptr<RowSource> rows_;
};

}  // namespace

/// Runs `work(runs)`; gives `absent` when there is no such table. Once more after a lost
/// connection: everything but an insertion can be.
template <typename Result, typename Work>
Result SqlRunRecords::with_runs(Result absent, Work&& work) {
    return reader_.on_lease([&](Reader::Lease& lease) {
        Session& session = **lease;
        const ShortPatience patience(session);
        return reader_.with_tables(
            session,
            [&](const store::Tables&, const store::MetadataShape& shape) {
                if (!shape.runs) return absent;
                store::Runs runs(session, dialect_);
                return work(runs);
            }
        );
    });
}

RunRecords::Insertion SqlRunRecords::insert(const RunRecord& run) {
    bool there = false;
    // This much is done again when the connection is lost. An insertion that was done again
    // would find the first.
    const Reader::Lease lease = reader_.on_lease([&](Reader::Lease& leased) {
        Session& session = **leased;
        const ShortPatience patience(session);
        there = reader_.with_tables(
            session,
            [&](const store::Tables&, const store::MetadataShape& shape) {
                if (shape.runs) store::Runs(session, dialect_).delete_old();
                return shape.runs;
            }
        );
        return std::move(leased);
    });
    if (!there) return Insertion::NoTable;
    try {
        const ShortPatience patience(**lease);
        const bool inserted = store::Runs(**lease, dialect_).insert(run);
        return inserted ? Insertion::Inserted : Insertion::Exists;
    } catch (...) {
        lease->discard();
        throw;
    }
}

bool SqlRunRecords::update(const RunRecord& run) {
    return with_runs(false, [&](store::Runs& runs) { return runs.update(run); });
}

bool SqlRunRecords::cancel(const std::string& id) {
    return with_runs(false, [&](store::Runs& runs) { return runs.cancel(id); });
}

std::optional<RunRecord> SqlRunRecords::find(const std::string& id) {
    return with_runs(std::optional<RunRecord>(), [&](store::Runs& runs) {
        return told_as(kQueryRuns, [&] { return runs.find(id); });
    });
}

void SqlRunRecords::read(const std::function<void(const RunRecord&)>& run) {
    LeasedRows rows = reader_.open(
        kQueryRuns,
        [&](Session& session, const store::Tables&, const store::MetadataShape& shape) {
            if (!shape.runs) return std::unique_ptr<RowSource>();
            return std::unique_ptr<RowSource>(
                std::make_unique<RowsWithShortPatience>(session, dialect_)
            );
        }
    );
    for (Row row; rows.next(row);) run(store::Runs::to_run(row));
}

}  // namespace migrator::db::sql::connector
