#pragma once

#include "db/run_records.hpp"
#include "db/sql/connector/reader.hpp"

namespace migrator::db::sql::connector {

/// Runs in `migrator_runs`, over the connections of a reader. A look at them waits a second at most
/// for the lock of a run that works.
class SqlRunRecords : public RunRecords {
public:
    /// Both live longer.
    SqlRunRecords(Reader& reader, const Dialect& dialect) : reader_(reader), dialect_(dialect) {}

    Insertion insert(const RunRecord& run) override;
    bool update(const RunRecord& run) override;
    bool cancel(const std::string& id) override;
    std::optional<RunRecord> find(const std::string& id) override;
    void read(const std::function<void(const RunRecord&)>& run) override;

private:
    template <typename Result, typename Work>
    Result with_runs(Result absent, Work&& work);

    Reader& reader_;
    const Dialect& dialect_;
};

}  // namespace migrator::db::sql::connector
