#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/count_of.hpp"
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

json::object place(const std::string& uri, std::uint32_t line) {
    return {
        {"physicalLocation",
         json::object{
             {"artifactLocation", json::object{{"uri", text(uri)}}},
             {"region", json::object{{"startLine", std::max<std::uint32_t>(line, 1)}}}}}};
}

/// What hosts want to know of a rule; its name says it.
json::object description(const std::string& rule) {
    std::string words = rule;
    std::ranges::replace(words, '-', ' ');
    return {
        {"id", text(rule)},
        {"name", text(rule)},
        {"shortDescription", message(words)},
        {"fullDescription", message(words)},
        {"help", message("docs/analysis.md lists the rules and what each is about.")}};
}

/// "It rewrites the table. orders in 12 schemas, up to 40000000 rows in t7."
std::string words_of(const Finding& finding) {
    std::string words = finding.why;
    for (const AffectedTable& table : finding.tables) {
        if (table.rows == 0 && table.bytes == 0) continue;
        words += fmt::format(
            "\n{} in {}, up to {} in {}",
            table.table,
            count_of(table.schemas, "schema", "schemas"),
            count_of(
                static_cast<std::size_t>(std::max<std::int64_t>(table.rows, 0)), "row", "rows"
            ),
            table.largest
        );
    }
    if (!finding.safe.empty()) words += "\n\nInstead:\n" + finding.safe;
    return words;
}

json::object result(const Finding& finding, std::size_t rule, const UriOf& uri_of) {
    return {
        {"ruleId", text(finding.rule)},
        {"ruleIndex", rule},
        {"level", sarif_level(finding.level)},
        {"message", message(words_of(finding))},
        {"locations", json::array{place(uri_of(finding.file), finding.line)}}};
}

}  // namespace

std::string sarif(const Analysis& analysis, const std::string& version, const UriOf& uri_of) {
    json::array results;
    json::array descriptions;
    std::map<std::string, std::size_t> rules;
    for (const Finding& finding : analysis.findings) {
        const auto [rule, is_new] = rules.emplace(finding.rule, rules.size());
        if (is_new) descriptions.emplace_back(description(finding.rule));
        results.emplace_back(result(finding, rule->second, uri_of));
    }
    // What was not looked at is said where a host shows what the tool had to say of itself.
    json::array notifications;
    for (const Unread& each : analysis.unread) {
        notifications.push_back(json::object{
            {"level", "note"},
            {"message", message("Not analyzed: " + each.why)},
            {"locations", json::array{place(uri_of(each.file), each.line)}}});
    }
    for (const std::string& note : analysis.notes) {
        notifications.push_back(json::object{{"level", "note"}, {"message", message(note)}});
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
