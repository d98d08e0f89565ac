#include "wire/analysis.hpp"

#include "wire/columns.hpp"

namespace migrator::wire {

namespace json = boost::json;

json::object finding(const Finding& finding) {
    json::array tables;
    for (const AffectedTable& table : finding.tables) {
        tables.push_back(json::object{
            {"table", text(table.table)},
            {"schemas", table.schemas},
            {"largest", text(table.largest)},
            {"rows", table.rows},
            {"bytes", table.bytes}});
    }
    return {
        {"rule", text(finding.rule)},
        {"level", text(name_of(finding.level))},
        {"file", text(finding.file)},
        {"line", finding.line},
        {"statement", finding.statement},
        {"text", text(finding.text)},
        {"lock", text_or_null(finding.lock)},
        {"blocksReads", finding.blocks_reads},
        {"blocksWrites", finding.blocks_writes},
        {"tables", std::move(tables)},
        {"why", text(finding.why)},
        {"safe", text_or_null(finding.safe)}};
}

json::object analysis(const Analysis& analysis) {
    json::array findings;
    for (const Finding& each : analysis.findings) findings.emplace_back(finding(each));
    json::array unread;
    for (const Unread& each : analysis.unread) {
        unread.push_back(json::object{
            {"file", text(each.file)},
            {"line", each.line},
            {"text", text(each.text)},
            {"why", text(each.why)}});
    }
    return {
        {"files", analysis.files},
        {"statements", analysis.statements},
        {"findings", std::move(findings)},
        {"allowed", analysis.allowed},
        {"notAnalyzed", std::move(unread)},
        {"problems", texts(analysis.problems)},
        {"notes", texts(analysis.notes)}};
}

}  // namespace migrator::wire
