#include <fmt/format.h>

#include "cli/output.hpp"
#include "core/count_of.hpp"

namespace migrator::cli {
namespace {

constexpr std::size_t kDifferencesInLine = 3;

void show_group(Report& report, const drift::Group& group, bool details) {
    report.line();
    report.line(fmt::format(
        "{}: {}",
        report.style().strong(count_of(group.tenants.size(), "tenant", "tenants")),
        printable(drift::summary_of(group, details ? 1 : kDifferencesInLine))
    ));
    report.list(group.tenants);
    report.line(
        fmt::format("  expected: {} ({})", printable(group.expected), printable(group.level))
    );
    if (!details) return;
    for (const drift::Difference& each : group.differences) {
        report.line();
        for (const std::string& line : drift::as_text(each)) report.line("  " + printable(line));
    }
}

}  // namespace

void show_drift(Report& report, const drift::Report& found, bool details) {
    const std::string result = found.drifted > 0
                                   ? report.style().bad(fmt::format("{} drifted", found.drifted))
                               : found.compared > 0 ? report.style().good("no drift")
                                                    : "nothing to say";
    report.line(
        fmt::format("{} compared: {}", count_of(found.compared, "tenant", "tenants"), result)
    );
    for (const drift::Group& group : found.groups) show_group(report, group, details);
    if (found.not_compared.empty()) return;
    std::vector<std::string> lines;
    for (const drift::NotCompared& each : found.not_compared) {
        lines.push_back(fmt::format("{}: {}", each.tenant, each.why));
    }
    report.line();
    report.line(report.style().strong("Not compared"));
    report.list(lines);
}

}  // namespace migrator::cli
