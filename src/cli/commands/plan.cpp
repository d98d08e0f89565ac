#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <ostream>

#include "cli/command.hpp"
#include "cli/output_json.hpp"
#include "cli/pending_code.hpp"
#include "cli/repository_uri.hpp"
#include "cli/tenant_choice.hpp"
#include "cli/trace_choice.hpp"
#include "core/error.hpp"
#include "core/finding.hpp"
#include "wire/analysis.hpp"

namespace migrator::cli {
namespace {

/// The file for a code host. Throws Configuration.
void write_file(const std::string& path, const std::string& text) {
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
            word(
                "--sarif FILE",
                sarif,
                "With --analyze: write the findings as SARIF, too; `-`: to standard output, alone"
            ),
            fail_on_option()};
        std::ranges::move(trace_options(traces), std::back_inserter(all));
        return all;
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

    /// What is shown, beside the preview itself.
    struct Shown {
        const coordinator::Preview& preview;
        std::string sql;
        std::optional<db::CheckReport> asked;
        std::optional<coordinator::Examination> examined;

        const Analysis* analysis() const { return examined ? &examined->analysis : nullptr; }
        const TraceReport* traced() const {
            return examined && examined->traced ? &*examined->traced : nullptr;
        }
        /// A file with a problem may hide a check.
        bool holds() const { return !asked || (asked->failed.empty() && preview.problems.empty()); }
    };

    void check_options(const Context& context) const {
        const auto refuse = [](const char* why) { throw Error(ErrorKind::InvalidRequest, why); };
        if (!analyze && (!sarif.empty() || fail_on)) refuse("--sarif and --fail-on need --analyze");
        if (sarif == "-" && (sql || context.common.json)) {
            refuse("--sarif - needs standard output for itself; name a file, or leave out the other"
            );
        }
        check_trace_choice(traces, analyze);
    }

    int run(Context& context) override {
        check_options(context);
        const auto& inspection = context.opened().coordinator.inspection();
        const auto preview = inspection.preview(reconcile, selection_of(tenants));
        Shown shown{.preview = preview, .sql = {}, .asked = {}, .examined = {}};
        if (sql) shown.sql = inspection.preview_sql(preview);
        if (checks) shown.asked = inspection.run_checks(preview);
        traces.request.stop = context.backend.interrupted;
        if (analyze) shown.examined = inspection.examine(preview, traces.request);
        if (!sarif.empty()) write_sarif(context, *shown.analysis());
        if (context.common.json) {
            context.terminal.out << json::preview(
                preview,
                sql ? &shown.sql : nullptr,
                shown.analysis(),
                shown.traced(),
                shown.asked ? &*shown.asked : nullptr
            );
        } else if (sql || sarif == "-") {
            // Standard output is for the SQL alone, or the findings.
            if (sql) context.terminal.out << shown.sql;
            show_aside(context, shown);
        } else {
            show_preview(context.report, preview, inspection.differences(preview.changed));
            show_more(context.report, shown, context.common.verbose);
        }
        return code_of(shown);
    }

    void write_sarif(const Context& context, const Analysis& analysis) const {
        const std::string here = std::filesystem::current_path().string();
        const std::string text =
            wire::sarif(analysis, context.backend.version_text, [&](const std::string& file) {
                return repository_uri(file, here);
            });
        if (sarif == "-") {
            context.terminal.out << text;
        } else {
            write_file(sarif, text);
        }
    }

    static void show_more(Report& report, const Shown& shown, bool verbose) {
        if (shown.asked) show_checks(report, *shown.asked);
        if (shown.analysis() != nullptr) show_analysis(report, *shown.analysis(), verbose);
        if (shown.traced() != nullptr) show_trace(report, *shown.traced());
    }

    /// On the error output, without the list of files.
    static void show_aside(Context& context, const Shown& shown) {
        Terminal aside{
            context.terminal.err,
            context.terminal.err,
            context.terminal.in,
            context.terminal.err_is_terminal,
            context.terminal.err_is_terminal,
            context.terminal.in_is_terminal,
            context.terminal.no_color};
        Report report(aside, context.common.verbose);
        const coordinator::Preview& preview = shown.preview;
        const auto& inspection = context.opened().coordinator.inspection();
        show_servers(report, preview.servers);
        report.changed(preview.changed, inspection.differences(preview.changed));
        show_source(report, preview.source);
        show_problems(report, preview.problems);
        for (const auto& note : preview.notes) report.note(note);
        show_more(report, shown, context.common.verbose);
    }

    int code_of(const Shown& shown) const {
        const int failed = edge_codes(ErrorKind::MigrationFailed).exit_code;
        const Analysis* analysis = shown.analysis();
        if (shown.traced() != nullptr && !shown.traced()->problems.empty()) return failed;
        if (analysis != nullptr && !analysis->problems.empty()) return failed;
        if (!shown.holds() && !exit_code) return failed;
        constexpr int kHurts = 3;
        if (fail_on && analysis->has(*fail_on)) return kHurts;
        if (const int unread = unread_code(shown.preview.servers); unread != 0) return unread;
        if (!exit_code) return 0;
        const coordinator::Preview& preview = shown.preview;
        return pending_code(
            preview.plan,
            preview.changed,
            preview.source,
            !shown.holds() || !preview.problems.empty()
        );
    }
};

}  // namespace

std::unique_ptr<Command> make_plan() { return std::make_unique<PlanCommand>(); }

}  // namespace migrator::cli
