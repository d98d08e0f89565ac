#include "analysis/hazard.hpp"

namespace migrator::analysis {

Level level_by_rows(const AffectedTable& table, const db::AnalysisOptions& options) {
    if (table.rows < options.small_rows) return Level::Info;
    return table.rows < options.large_rows ? Level::Warning : Level::Danger;
}

std::optional<Finding> finding_of(
    const Hazard& hazard,
    const FileView& file,
    const StatementView& statement,
    const db::AnalysisOptions& options,
    Analysis& analysis
) {
    Finding finding{
        .rule = std::string(hazard.rule),
        .level = hazard.level,
        .file = file.file,
        .line = statement.line,
        .statement = statement.number,
        .text = {},
        .lock = {},
        .tables = {},
        .why = hazard.why,
        .safe = hazard.safe};
    const auto set = options.levels.find(finding.rule);
    if (set != options.levels.end()) finding.level = set->second;
    if (finding.level == Level::Off) return std::nullopt;
    if (statement.allowed.contains(finding.rule)) {
        ++analysis.allowed;
        return std::nullopt;
    }
    return finding;
}

}  // namespace migrator::analysis
