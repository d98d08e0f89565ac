// The commands that repair the records: accept, forget.
#include <fmt/format.h>

#include <ostream>

#include "cli/command.hpp"
#include "cli/confirm.hpp"
#include "cli/output_json.hpp"
#include "core/count_of.hpp"
#include "core/random_id.hpp"

namespace migrator::cli {
namespace {

struct Accept : Command {
    std::string place;
    std::string to;
    bool moved = false;
    bool rewrite = false;
    bool as_new = false;
    bool yes = false;

    CommandText text() const override {
        return {
            .name = "accept",
            .group = Group::Repair,
            .summary = "Accepts files that were edited, moved or renamed after they were applied",
            .text =
                "Shows what would be recorded, and asks. Runs no file.\n"
                "FILE alone: records the new text and checksum of an edited file. FILE is the full "
                "name as status\n"
                "shows it, or the end of it, if no other file ends so.\n"
                "With --moved: FILE and TO are two base locations, directories or files, and the "
                "migrations that\n"
                "are recorded at FILE are those at TO. With --as-new: the base location, or the "
                "files at FILE, are new.",
            .examples =
                "  migrator accept tenants/202601010001.sql\n"
                "  migrator accept tenants/202601010001.sql --yes\n"
                "  migrator accept --moved /old/migrations /srv/migrations\n"
                "  migrator accept --moved catalog/1.sql catalog/0001.sql\n"
                "  migrator accept --as-new /srv/migrations\n"};
    }

    Options options() override {
        return {
            word("[FILE]", place),
            word("[TO]", to),
            flag("--moved", moved, "The migrations recorded at FILE are those at TO"),
            flag(
                "--rewrite", rewrite, "With --moved: change the recorded names, for other programs"
            ),
            flag("--as-new", as_new, "The base location or the files at FILE are new"),
            yes_option(yes)};
    }

    int run(Context& context) override {
        check_arguments();
        if (moved) return accept_moved(context);
        if (as_new) return accept_new(context);
        return accept_edited(context);
    }

private:
    void check_arguments() const {
        const auto refuse = [](const char* why) { throw Error(ErrorKind::InvalidRequest, why); };
        if (moved && as_new) refuse("--moved and --as-new cannot be combined");
        if (rewrite && !moved) refuse("--rewrite needs --moved");
        if (moved && to.empty()) refuse("--moved needs two places: accept --moved FROM TO");
        if (!moved && !to.empty()) refuse("accept takes one FILE; two places need --moved");
        if (!moved && !as_new && place.empty()) refuse("accept needs the FILE");
    }

    int accept_moved(Context& context) const {
        auto& corrections = context.opened().coordinator.corrections();
        auto& report = context.report;
        const auto found = corrections.find_moved(place, to, rewrite);
        const bool shows = !context.common.json && !context.common.quiet;
        const auto count = count_of(found.files, "recorded migration", "recorded migrations");
        if (shows) {
            report.line(fmt::format("From:  {}", printable(place)));
            report.line(fmt::format("To:    {}", printable(to)));
            report.line(fmt::format("{} moved.", count));
            if (!found.renames.empty()) report.line("The recorded names are changed:");
            std::vector<std::string> lines;
            for (const auto& [from, name] : found.renames)
                lines.push_back(fmt::format("{} → {}", from, name));
            report.list(lines);
        }
        if (!confirm(context, text().name, yes, "Record that these are the same files?")) {
            return refused(context);
        }
        corrections.move(found, random_uuid(), context.backend.asker);
        if (context.common.json) context.terminal.out << json::moved(found);
        if (shows) report.line(report.style().good(fmt::format("Accepted: {} moved.", count)));
        return 0;
    }

    int accept_new(Context& context) const {
        auto& corrections = context.opened().coordinator.corrections();
        const auto places = corrections.find_new(place);
        const bool shows = !context.common.json && !context.common.quiet;
        if (shows) context.report.list(places, 0);
        if (!confirm(
                context, text().name, yes, "Record as new, so that the next apply runs the files?"
            )) {
            return refused(context);
        }
        corrections.declare_new(places, random_uuid(), context.backend.asker);
        if (context.common.json) context.terminal.out << json::as_new(places);
        if (shows) context.report.line(context.report.style().good("Accepted as new."));
        return 0;
    }

    /// What was applied against what would be accepted, and the way back.
    static void show_difference(Context& context, const Migration& file) {
        const auto& inspection = context.opened().coordinator.inspection();
        for (const auto& difference : inspection.differences({file})) {
            context.report.list(
                {fmt::format("{}", fmt::join(context.report.bounded(difference), "\n"))}, 0
            );
        }
        context.report.line(fmt::format(
            "To restore the text that was applied instead: migrator restore {}",
            shell_quoted(printable(file.file))
        ));
    }

    int accept_edited(Context& context) const {
        auto& corrections = context.opened().coordinator.corrections();
        auto& report = context.report;
        const auto change = corrections.find_change(place);
        const bool shows = !context.common.json && !context.common.quiet;
        const bool differs = change.migration.check_sum != change.recorded_check_sum;
        if (!context.common.json && (differs || shows)) {
            const auto& recorded = change.recorded_check_sum;
            report.line(fmt::format("File:      {}", printable(change.migration.file)));
            report.line(fmt::format("Recorded:  {}", recorded.empty() ? "no checksum" : recorded));
            report.line(fmt::format("Now:       {}", change.migration.check_sum));
            if (differs) show_difference(context, change.migration);
        }
        if (differs) {
            if (!confirm(
                    context, text().name, yes, "Record the file as it is now, without running it?"
                )) {
                return refused(context);
            }
            corrections.accept(change, random_uuid(), context.backend.asker);
        }
        if (context.common.json) context.terminal.out << json::accepted(change, differs);
        if (shows) {
            report.line(
                differs
                    ? report.style().good("Accepted: recorded the checksum and text of the file.")
                    : "The file matches its record; nothing to do."
            );
        }
        return 0;
    }
};

struct Forget : Command {
    std::string tenant;
    std::string first_file;
    bool yes = false;

    CommandText text() const override {
        return {
            .name = "forget",
            .group = Group::Repair,
            .summary = "Makes a tenant's files pending again, starting at one file",
            .text =
                "For a schema that was restored from an older backup while its rows say that newer "
                "files are\n"
                "applied. Lists the files and asks; the next apply runs them again.",
            .examples = "  migrator forget --tenant acme --from 202601010001.sql\n"};
    }

    Options options() override {
        return {
            required(word("--tenant TENANT", tenant, "The tenant")),
            required(word("--from FILE", first_file, "The first file to make pending again")),
            yes_option(yes)};
    }

    int run(Context& context) override {
        auto& corrections = context.opened().coordinator.corrections();
        auto& report = context.report;
        const auto forgettable = corrections.find_forgettable(tenant, first_file);
        const auto& files = forgettable.files;
        const auto count = count_of(files.size(), "file", "files");
        const bool shows = !context.common.json && !context.common.quiet;
        if (!files.empty()) {
            if (!context.common.json && (shows || !yes)) {
                report.line(fmt::format("{} of tenant {}:", count, printable(tenant)));
                report.list(file_lines(files));
            }
            if (!confirm(
                    context,
                    text().name,
                    yes,
                    "Make them pending again, so that the next apply runs them?"
                )) {
                return refused(context);
            }
            corrections.forget(tenant, forgettable, random_uuid(), context.backend.asker);
        }
        if (context.common.json) {
            context.terminal.out << json::forgotten(tenant, files, !files.empty());
        }
        if (shows) {
            report.line(
                files.empty() ? "No file is recorded at or after the first one; nothing to do."
                              : report.style().good(fmt::format("{} pending again.", count))
            );
        }
        return 0;
    }
};

}  // namespace

std::unique_ptr<Command> make_accept() { return std::make_unique<Accept>(); }

std::unique_ptr<Command> make_forget() { return std::make_unique<Forget>(); }

}  // namespace migrator::cli
