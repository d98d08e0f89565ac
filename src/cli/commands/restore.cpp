#include <fmt/format.h>

#include <filesystem>
#include <ostream>

#include "cli/command.hpp"
#include "cli/confirm.hpp"
#include "cli/new_file.hpp"
#include "cli/output_json.hpp"
#include "core/path.hpp"

namespace migrator::cli {
namespace {

struct Restore : Command {
    std::string file;
    bool print = false;
    bool yes = false;

    CommandText text() const override {
        return {
            .name = "restore",
            .group = Group::Repair,
            .summary = "Gives an edited file the text back that was applied",
            .text =
                "The text comes from the records. Shows the difference, and asks. Changes no "
                "database. FILE is\n"
                "the full name as status shows it, or the end of it, if no other file ends so.\n"
                "Files that are not on disk can only be printed.",
            .examples =
                "  migrator restore tenants/202601010001.sql\n"
                "  migrator restore tenants/202601010001.sql --print > applied.sql\n"};
    }

    Options options() override {
        return {
            word("FILE", file),
            flag("--print", print, "Print the text that was applied; write no file"),
            yes_option(yes)};
    }

    int run(Context& context) override {
        auto& corrections = context.opened().coordinator.corrections();
        const auto change = corrections.find_change(file);
        const bool differs = change.migration.check_sum != change.recorded_check_sum;
        if (print) {
            context.terminal.out
                << (differs ? corrections.applied_text(change) : change.migration.contents);
            return 0;
        }
        const bool shows = !context.common.json && !context.common.quiet;
        if (differs) {
            const auto applied = corrections.applied_text(change);
            const auto& name = change.migration.file;
            if (is_url(name)) {
                throw Error(
                    ErrorKind::InvalidRequest,
                    fmt::format("{} is not on disk; restore prints its text with --print", name)
                );
            }
            if (!context.common.json && (shows || !yes)) show_difference(context, change.migration);
            if (!confirm(context, text().name, yes, "Write the text that was applied to the file?"))
                return refused(context);
            replace_file(name, applied);
        }
        if (context.common.json) context.terminal.out << json::restored(change, differs);
        if (shows) {
            auto& report = context.report;
            report.line(
                differs ? report.style().good("Restored: the file has the text that was applied.")
                        : "The file matches its record; nothing to do."
            );
        }
        return 0;
    }

private:
    static void show_difference(Context& context, const Migration& edited) {
        const auto& inspection = context.opened().coordinator.inspection();
        context.report.line(fmt::format("File:  {}", printable(edited.file)));
        context.report.line("What the edit has changed, and is lost:");
        for (const auto& difference : inspection.differences({edited})) {
            const auto lines = context.report.bounded(difference);
            context.report.list({fmt::format("{}", fmt::join(lines, "\n"))}, 0);
        }
    }
};

}  // namespace

std::unique_ptr<Command> make_restore() { return std::make_unique<Restore>(); }

}  // namespace migrator::cli
