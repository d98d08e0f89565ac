#include "wire/trace.hpp"

#include <utility>

#include "wire/columns.hpp"

namespace migrator::wire {
namespace {

using boost::json::array;
using boost::json::object;

array locks(const std::vector<RelationLock>& all) {
    array result;
    for (const RelationLock& lock : all) {
        result.push_back(object{
            {"schema", text(lock.schema)},
            {"relation", text(lock.relation)},
            {"mode", text(lock.mode)},
            {"blocksReads", blocks_reads(lock.mode)},
            {"blocksWrites", blocks_writes(lock.mode)}});
    }
    return result;
}

object traced_statement(const TracedStatement& statement) {
    array touched;
    for (const TouchedTable& table : statement.touched) {
        touched.push_back(object{
            {"schema", text(table.schema)},
            {"table", text(table.name)},
            {"rewritten", table.is_rewritten},
            {"scanned", table.is_scanned},
            {"rowsChanged", table.rows_changed}});
    }
    return {
        {"file", text(statement.file)},
        {"statement", statement.number},
        {"line", statement.line},
        {"text", text(statement.text)},
        {"notTraced", text_or_null(statement.not_traced)},
        {"microseconds", statement.time.count()},
        {"locks", locks(statement.locks)},
        {"held", locks(statement.held)},
        {"touched", std::move(touched)},
        {"validated", texts(statement.validated)}};
}

object trace(const Trace& trace) {
    array statements;
    for (const auto& each : trace.statements) statements.emplace_back(traced_statement(each));
    array blocked;
    for (const Blocked& each : blocked_by(trace)) {
        blocked.push_back(object{
            {"schema", text(each.schema)},
            {"relation", text(each.relation)},
            {"mode", text(each.mode)},
            {"microseconds", each.time.count()}});
    }
    return {
        {"schema", text(trace.schema)},
        {"failure", text_or_null(trace.failure)},
        {"timedOut", trace.is_timed_out},
        {"heldMicroseconds", trace.held.count()},
        {"blocked", std::move(blocked)},
        {"statements", std::move(statements)}};
}

object range(const TimeRange& time) {
    return {
        {"low", time.low.count()}, {"likely", time.likely.count()}, {"high", time.high.count()}};
}

object estimate_of(const Estimate& estimate) {
    array statements;
    for (const StatementEstimate& each : estimate.statements) {
        statements.push_back(object{
            {"file", text(each.file)},
            {"statement", each.number},
            {"line", each.line},
            {"text", text(each.text)},
            {"samples", each.samples},
            {"tables", texts(each.tables)},
            {"fixedMicroseconds", each.fixed.count()},
            {"microsecondsPerPage", each.per_page.count()},
            {"total", range(each.total)}});
    }
    array tenants;
    for (const TenantEstimate& each : estimate.tenants) {
        tenants.push_back(object{{"tenant", text(each.tenant)}, {"time", range(each.time)}});
    }
    return {
        {"traced", estimate.traced},
        {"parallelism", estimate.parallelism},
        {"unknownStatements", estimate.unknown},
        {"work", range(estimate.work)},
        {"wall", range(estimate.wall)},
        {"statements", std::move(statements)},
        {"tenants", std::move(tenants)}};
}

}  // namespace

object trace_report(const TraceReport& report) {
    array tenants;
    for (const Trace& each : report.traces) tenants.emplace_back(trace(each));
    object result;
    result["scratch"] = nullptr;
    if (report.scratch) result["scratch"] = trace(*report.scratch);
    result["tenants"] = std::move(tenants);
    result["estimate"] = nullptr;
    if (report.estimate) result["estimate"] = estimate_of(*report.estimate);
    result["problems"] = texts(report.problems);
    result["notes"] = texts(report.notes);
    return result;
}

}  // namespace migrator::wire
