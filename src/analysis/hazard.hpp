#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "analysis/pending_files.hpp"
#include "core/finding.hpp"
#include "db/options.hpp"

namespace migrator::analysis {

/// A rule that a statement has broken, before levels and comments.
struct Hazard {
    std::string_view rule;
    Level level = Level::Info;
    std::string why;
    std::string safe{};
};

/// How bad it is to keep others from a table of so many rows.
Level level_by_rows(const AffectedTable& table, const db::AnalysisOptions& options);

/// The finding, without tables and locks. Nothing where the configuration switches the rule off,
/// or a comment beside the statement allows it, which `analysis` counts.
std::optional<Finding> finding_of(
    const Hazard& hazard,
    const FileView& file,
    const StatementView& statement,
    const db::AnalysisOptions& options,
    Analysis& analysis
);

}  // namespace migrator::analysis
