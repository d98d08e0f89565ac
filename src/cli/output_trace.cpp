#include <fmt/format.h>

#include <algorithm>

#include "cli/output.hpp"
#include "core/count_of.hpp"
#include "core/duration.hpp"

namespace migrator::cli {
namespace {

using std::chrono::microseconds;

std::string time(microseconds value) {
    const auto count = static_cast<double>(value.count());
    if (count < 1e6) return fmt::format("{:.1f} ms", count / 1e3);
    if (count < 120e6) return fmt::format("{:.1f} s", count / 1e6);
    return fmt::format("{:.0f} min", count / 60e6);
}

std::string range(const TimeRange& value) {
    return fmt::format("{} ({} to {})", time(value.likely), time(value.low), time(value.high));
}

/// "ACCESS EXCLUSIVE on orders". The schema is said where it is another one.
std::string lock_text(const RelationLock& lock, const std::string& schema) {
    const std::string prefix = lock.schema == schema ? "" : lock.schema + ".";
    return fmt::format("{} on {}{}", mode_for_people(lock.mode), prefix, lock.relation);
}

std::string touched_text(const TouchedTable& table, const std::string& schema) {
    std::vector<std::string> what;
    if (table.is_rewritten) what.emplace_back("rewrites");
    if (table.is_scanned) what.emplace_back("scans");
    if (table.rows_changed > 0) {
        what.push_back(fmt::format("changes {} of", count_of(table.rows_changed, "row", "rows")));
    }
    const std::string prefix = table.schema == schema ? "" : table.schema + ".";
    return fmt::format("{} {}{}", fmt::join(what, " and "), prefix, table.name);
}

std::vector<std::string> lines_of(const TracedStatement& statement, const std::string& schema) {
    if (!statement.not_traced.empty()) return {"not traced: " + statement.not_traced};
    std::vector<std::string> lines;
    for (const RelationLock& lock : statement.locks) {
        if (blocks_writes(lock.mode)) lines.push_back(lock_text(lock, schema));
    }
    for (const TouchedTable& table : statement.touched) {
        lines.push_back(touched_text(table, schema));
    }
    for (const std::string& constraint : statement.validated) {
        lines.push_back("validates " + constraint);
    }
    if (!statement.held.empty()) {
        std::vector<std::string> held;
        for (const RelationLock& lock : statement.held) held.push_back(lock_text(lock, schema));
        lines.push_back(fmt::format("meanwhile held: {}", fmt::join(held, ", ")));
    }
    return lines;
}

void show_one(Report& report, const Trace& trace, std::string_view title, bool has_times) {
    report.line();
    report.line(report.style().strong(printable(title)));
    for (const TracedStatement& statement : trace.statements) {
        const std::string took =
            has_times && statement.not_traced.empty() ? "  " + time(statement.time) : "";
        report.line(fmt::format(
            "{}:{} {}{}", printable(statement.file), statement.line, printable(statement.text), took
        ));
        report.list(lines_of(statement, trace.schema));
    }
    if (!trace.failure.empty()) report.note("stopped: " + trace.failure);
    if (!has_times) return;
    std::vector<std::string> blocked;
    for (const Blocked& each : blocked_by(trace)) {
        blocked.push_back(fmt::format(
            "{}: {} for {}",
            each.relation,
            blocks_reads(each.mode) ? "reads and writes blocked" : "writes blocked",
            time(each.time)
        ));
    }
    report.list(blocked);
}

void show_estimate(Report& report, const Estimate& estimate) {
    report.line();
    report.line(report.style().strong(fmt::format(
        "Estimate for {}, from {}",
        count_of(estimate.tenants.size(), "tenant", "tenants"),
        count_of(estimate.traced, "trace", "traces")
    )));
    std::vector<std::string> lines;
    for (const StatementEstimate& each : estimate.statements) {
        lines.push_back(fmt::format(
            "{}:{} {}  {}",
            each.file,
            each.line,
            each.text,
            each.samples == 0 ? "unknown" : range(each.total)
        ));
    }
    report.list(lines);
    const auto slowest = std::ranges::max_element(
        estimate.tenants, {}, [](const TenantEstimate& each) { return each.time.likely; }
    );
    if (slowest != estimate.tenants.end()) {
        report.line(
            fmt::format("Slowest tenant: {}  {}", printable(slowest->tenant), range(slowest->time))
        );
    }
    report.line(fmt::format(
        "In all: {} with {}",
        range(estimate.wall),
        count_of(estimate.parallelism, "tenant at once", "tenants at once")
    ));
    if (estimate.unknown > 0) {
        report.note(fmt::format(
            "{} not counted: no trace ran to their end",
            count_of(estimate.unknown, "statement is", "statements are")
        ));
    }
}

}  // namespace

void show_trace(Report& report, const TraceReport& traced) {
    if (traced.scratch) show_one(report, *traced.scratch, "Traced in a scratch schema", false);
    for (const Trace& trace : traced.traces) {
        show_one(
            report,
            trace,
            fmt::format("Traced on {}, rolled back after {}", trace.schema, time(trace.held)),
            true
        );
    }
    if (traced.estimate) show_estimate(report, *traced.estimate);
    for (const std::string& note : traced.notes) report.note(note);
    for (const std::string& problem : traced.problems) {
        report.line(report.style().bad("wrong:") + " " + printable(problem));
    }
}

}  // namespace migrator::cli
