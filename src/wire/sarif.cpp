#include <algorithm>
#include <map>

#include "wire/analysis.hpp"
#include "wire/columns.hpp"

namespace migrator::wire {
namespace {

namespace json = boost::json;

std::string_view sarif_level(Level level) {
    if (level == Level::Danger) return "error";
    return level == Level::Warning ? "warning" : "note";
}

json::object message(const std::string& words) { return {{"text", text(words)}}; }

json::object place(const std::string& file, std::uint32_t line) {
    return {
        {"physicalLocation",
         json::object{
             {"artifactLocation", json::object{{"uri", text(file)}}},
             {"region", json::object{{"startLine", std::max<std::uint32_t>(line, 1)}}}}}};
}

json::object result(const Finding& finding) {
    std::string words = finding.why;
    if (!finding.safe.empty()) words += "\n\nInstead:\n" + finding.safe;
    return {
        {"ruleId", text(finding.rule)},
        {"level", sarif_level(finding.level)},
        {"message", message(words)},
        {"locations", json::array{place(finding.file, finding.line)}}};
}

}  // namespace

std::string sarif(const Analysis& analysis, const std::string& version) {
    json::array results;
    std::map<std::string, bool> rules;
    for (const Finding& finding : analysis.findings) {
        rules[finding.rule] = true;
        results.emplace_back(result(finding));
    }
    json::array descriptions;
    for (const auto& [rule, used] : rules) descriptions.push_back(json::object{{"id", text(rule)}});
    // What was not looked at is said where a host shows what the tool had to say of itself.
    json::array notifications;
    for (const Unread& each : analysis.unread) {
        notifications.push_back(json::object{
            {"level", "note"},
            {"message", message("Not analyzed: " + each.why)},
            {"locations", json::array{place(each.file, each.line)}}});
    }
    for (const std::string& problem : analysis.problems) {
        notifications.push_back(json::object{{"level", "error"}, {"message", message(problem)}});
    }
    const json::object run = {
        {"tool",
         json::object{
             {"driver",
              json::object{
                  {"name", "migrator"},
                  {"version", text(version)},
                  {"rules", std::move(descriptions)}}}}},
        {"invocations",
         json::array{json::object{
             {"executionSuccessful", analysis.problems.empty()},
             {"toolExecutionNotifications", std::move(notifications)}}}},
        {"results", std::move(results)}};
    return json::serialize(json::object{
               {"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
               {"version", "2.1.0"},
               {"runs", json::array{run}}}) +
           "\n";
}

}  // namespace migrator::wire
