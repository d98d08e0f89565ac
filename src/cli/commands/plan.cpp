#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <ostream>

#include "cli/command.hpp"
#include "cli/output_json.hpp"
#include "cli/pending_code.hpp"
#include "cli/tenant_choice.hpp"
#include "cli/trace_choice.hpp"
#include "core/error.hpp"
#include "core/finding.hpp"
#include "wire/analysis.hpp"

namespace migrator::cli {
namespace {

/// The file for a code host. Throws Configuration.
void write_sarif(const std::string& path, const std::string& text) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << text;
    file.close();
    if (!file) throw Error(ErrorKind::Configuration, "Could not write " + path);
}

struct PlanCommand : Command {
    bool sql = false;
    bool reconcile = false;
    bool exit_code = false;
    bool analyze = false;
    std::string sarif;
    std::optional<Level> fail_on;
    TraceChoice traces;
    bool checks = false;
    TenantChoice tenants;

    CommandText text() const override {
        return {
            .name = "plan",
            .group = Group::Look,
            .summary = "Shows what apply would do",
            .text =
                "Files in the order in which they would run, by phase, and what can be seen to be "
                "wrong with\n"
                "them. Takes no lock and writes nothing.",
            .examples =
                "  migrator plan\n"
                "  migrator plan --sql > review.sql            the text that would be sent\n"
                "  migrator plan --checks                      which tenants' data the files do "
                "not "
                "fit\n"
                "  migrator plan --exit-code                   3: pending, 4: edited files, 1: "
                "problems\n"
                "  migrator plan --analyze --fail-on danger    3: it would hurt an application in "
                "use\n"
                "  migrator plan --analyze --scratch           locks, rewrites and scans of each "
                "statement\n"
                "  migrator plan --analyze --on '*' --sample 3 and how long it will take\n"};
    }

    Options options() override {
        Options all = {
            flag("--sql", sql, "Print the text that would be sent"),
            reconcile_option(reconcile),
            tenant_option(
                tenants, "Limit to these tenants; repeatable, `*` matches any characters"
            ),
            tenants_from_option(tenants),
            flag(
                "--checks", checks, "Ask the checks of the files for each tenant; 1: not all true"
            ),
            exit_code_option(exit_code),
            flag("--analyze", analyze, "Say what the files would do to an application in use"),
            word("--sarif FILE", sarif, "With --analyze: write the findings as SARIF, too"),
            fail_on_option()};
        std::ranges::move(trace_options(traces), std::back_inserter(all));
        return all;
    }

    /// Nothing where there are no rules for the database, and none are needed: a trace tells, too.
    std::optional<Analysis> analyzed(
        const coordinator::Inspection& inspection, const coordinator::Preview& preview
    ) const try {
        return inspection.analyze(preview);
    } catch (const Error& error) {
        const bool needs_rules = !traces.request.any() || fail_on || !sarif.empty();
        if (needs_rules || error.kind() != ErrorKind::InvalidRequest) throw;
        return std::nullopt;
    }

    Option fail_on_option() {
        Option option = parsed(
            "--fail-on LEVEL",
            fail_on,
            [](const std::string& text) {
                auto level = level_of(text);
                if (level == Level::Off) level.reset();
                return level;
            },
            "info, warning or danger",
            "With --analyze: exit with 3 when a finding is as bad"
        );
        option.choices = {"warning", "danger"};
        return option;
    }

    int run(Context& context) override {
        if (!analyze && (!sarif.empty() || fail_on)) {
            throw Error(ErrorKind::InvalidRequest, "--sarif and --fail-on need --analyze");
        }
        check_trace_choice(traces, analyze);
        const auto& inspection = context.opened().coordinator.inspection();
        const auto preview = inspection.preview(reconcile, selection_of(tenants));
        std::string sent;
        if (sql) sent = inspection.preview_sql(preview);
        std::optional<db::CheckReport> asked;
        if (checks) asked = inspection.run_checks(preview);
        std::optional<Analysis> analysis;
        if (analyze) analysis = analyzed(inspection, preview);
        if (!sarif.empty()) {
            write_sarif(sarif, wire::sarif(*analysis, context.backend.version_text));
        }
        std::optional<TraceReport> traced;
        if (traces.request.any()) {
            traces.request.stop = context.backend.interrupted;
            traced = inspection.trace(preview, traces.request);
        }
        if (context.common.json) {
            context.terminal.out << json::preview(
                preview,
                sql ? &sent : nullptr,
                analysis ? &*analysis : nullptr,
                traced ? &*traced : nullptr,
                asked ? &*asked : nullptr
            );
        } else if (sql) {
            context.terminal.out << sent;
            // Standard output is for the SQL alone.
            Terminal aside{
                context.terminal.err,
                context.terminal.err,
                context.terminal.in,
                context.terminal.err_is_terminal,
                context.terminal.err_is_terminal,
                context.terminal.in_is_terminal,
                context.terminal.no_color};
            Report warnings(aside, context.common.verbose);
            warnings.changed(preview.changed, inspection.differences(preview.changed));
            show_source(warnings, preview.source);
            show_problems(warnings, preview.problems);
            for (const auto& note : preview.notes) warnings.note(note);
            if (asked) show_checks(warnings, *asked);
            if (analysis) show_analysis(warnings, *analysis, context.common.verbose);
            if (traced) show_trace(warnings, *traced);
        } else {
            show_preview(context.report, preview, inspection.differences(preview.changed));
            if (asked) show_checks(context.report, *asked);
            if (analysis) show_analysis(context.report, *analysis, context.common.verbose);
            if (traced) show_trace(context.report, *traced);
        }
        if (traced && !traced->problems.empty()) {
            return edge_codes(ErrorKind::MigrationFailed).exit_code;
        }
        if (analysis && !analysis->problems.empty()) {
            return edge_codes(ErrorKind::MigrationFailed).exit_code;
        }
        // A file with a problem may hide a check.
        const bool holds = !asked || (asked->failed.empty() && preview.problems.empty());
        if (!holds && !exit_code) return edge_codes(ErrorKind::MigrationFailed).exit_code;
        constexpr int kHurts = 3;
        if (fail_on && analysis->has(*fail_on)) return kHurts;
        if (const int unread = unread_code(preview.servers); unread != 0) return unread;
        if (!exit_code) return 0;
        return pending_code(
            preview.plan, preview.changed, preview.source, !holds || !preview.problems.empty()
        );
    }
};

}  // namespace

std::unique_ptr<Command> make_plan() { return std::make_unique<PlanCommand>(); }

}  // namespace migrator::cli
