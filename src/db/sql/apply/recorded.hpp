#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "db/sql/apply/batch.hpp"
#include "db/sql/apply/worker.hpp"

namespace migrator::db::sql::apply {

/// Runs units where DDL commits: each file is recorded and committed by itself, and its state row
/// tells how far it has come.
class Recorded {
public:
    explicit Recorded(const Worker& worker) : worker_(worker) {}

    /// As `UnitRunner::run`.
    std::optional<UnitFailure> run(const Unit& unit);

private:
    RecordedScript with_records(const ScriptRun& run, const MetadataRow& row) const;
    std::optional<UnitFailure> look_at_the_records(
        const Unit& unit, std::span<const MetadataRow> steps, std::size_t counted, Failure failure
    );
    std::optional<Failure> run_checks(
        const MetadataRow& row, const PreparedScript& prepared, std::size_t step
    ) const;
    void leave_nothing(Batch& batch, bool has_failed) const;
    UnitFailure failed(const MetadataRow& step, Failure failure) const;

    const Worker& worker_;
};

}  // namespace migrator::db::sql::apply
