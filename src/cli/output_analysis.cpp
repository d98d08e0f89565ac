#include <fmt/format.h>

#include <algorithm>

#include "cli/output.hpp"
#include "core/count_of.hpp"

namespace migrator::cli {
namespace {

std::string size_of(const AffectedTable& table) {
    std::string text =
        count_of(static_cast<std::size_t>(std::max<std::int64_t>(table.rows, 0)), "row", "rows");
    constexpr double kMiB = 1024.0 * 1024.0;
    const double mib = static_cast<double>(table.bytes) / kMiB;
    if (mib >= 1024) return text + fmt::format(", {:.1f} GB", mib / 1024);
    return mib >= 1 ? text + fmt::format(", {:.0f} MB", mib) : text;
}

/// "orders in 12 schemas, the largest in t7 (40000000 rows, 3.1 GB)".
std::string affected(const AffectedTable& table) {
    // A function, a type, a view.
    if (table.rows == 0 && table.bytes == 0) {
        return table.table + " in " + count_of(table.schemas, "schema", "schemas");
    }
    if (table.schemas == 1) {
        return fmt::format("{} in {} ({})", table.table, table.largest, size_of(table));
    }
    return fmt::format(
        "{} in {} schemas, the largest in {} ({})",
        table.table,
        table.schemas,
        table.largest,
        size_of(table)
    );
}

std::string blocked(const Finding& finding) {
    std::string lock = finding.lock.empty() ? "" : " (" + finding.lock + ")";
    if (finding.blocks_reads) return "blocks reads and writes" + lock;
    return finding.blocks_writes ? "blocks writes" + lock : "";
}

std::vector<std::string> lines_of(const Finding& finding) {
    std::vector<std::string> lines = {finding.why};
    if (const std::string what = blocked(finding); !what.empty()) lines.push_back(what);
    for (const AffectedTable& table : finding.tables) lines.push_back(affected(table));
    if (!finding.safe.empty()) lines.push_back("instead:\n" + finding.safe);
    return lines;
}

void show(Report& report, const Finding& finding) {
    const std::string level(name_of(finding.level));
    const Style& style = report.style();
    const std::string at =
        finding.line == 0 ? finding.file : fmt::format("{}:{}", finding.file, finding.line);
    report.line(fmt::format(
        "{} {} {}",
        finding.level == Level::Danger    ? style.bad(level + ":")
        : finding.level == Level::Warning ? style.warning(level + ":")
                                          : level + ":",
        style.strong(finding.rule),
        printable(at)
    ));
    if (!finding.text.empty()) report.list({finding.text});
    report.list(lines_of(finding), 4);
}

}  // namespace

void show_analysis(Report& report, const Analysis& analysis, bool verbose) {
    report.line();
    std::size_t counts[4] = {};
    for (const Finding& finding : analysis.findings) {
        ++counts[static_cast<std::size_t>(finding.level)];
        if (verbose || finding.level > Level::Info) show(report, finding);
    }
    if (!analysis.unread.empty()) {
        report.line(report.style().warning(fmt::format(
            "Not analyzed: {}; what they do shows only when they run",
            count_of(analysis.unread.size(), "statement", "statements")
        )));
        std::vector<std::string> lines;
        for (const Unread& each : analysis.unread) {
            lines.push_back(fmt::format("{}:{} {}\n{}", each.file, each.line, each.text, each.why));
        }
        report.list(lines);
    }
    for (const auto& note : analysis.notes) report.note(note);
    for (const auto& problem : analysis.problems) {
        report.line(report.style().bad("wrong:") + " " + printable(problem));
    }
    std::string total = fmt::format(
        "Analyzed {} in {}: {}, {}, {}",
        count_of(analysis.statements, "statement", "statements"),
        count_of(analysis.files, "file", "files"),
        count_of(counts[3], "danger", "dangers"),
        count_of(counts[2], "warning", "warnings"),
        count_of(counts[1], "info", "infos")
    );
    if (!verbose && counts[1] > 0) total += " (--verbose shows infos)";
    if (analysis.allowed > 0) total += fmt::format("; {} allowed by comments", analysis.allowed);
    report.line(total);
}

}  // namespace migrator::cli
