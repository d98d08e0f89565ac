#include <fmt/format.h>

#include <optional>
#include <ostream>

#include "cli/command.hpp"
#include "cli/output_json.hpp"
#include "core/count_of.hpp"
#include "core/number.hpp"
#include "core/time.hpp"

namespace migrator::cli {
namespace {

std::optional<std::int64_t> parse_id(const std::string& text) {
    const auto id = parse_number<std::int64_t>(text);
    return id && *id > 0 ? id : std::nullopt;
}

std::string by_whom(const Version& version, const json::Creators& creators) {
    const auto creator = creators.find(version.id);
    return creator == creators.end() || creator->second.empty()
               ? ""
               : fmt::format(" by {}", printable(creator->second));
}

std::string version_line(const Version& version, const json::Creators& creators) {
    return fmt::format(
        "{:>6}  {:<20}  {}{}",
        version.id,
        format_rfc3339(version.created),
        printable(version.name),
        by_whom(version, creators)
    );
}

int show_version(Context& context, std::int64_t id) {
    auto& coordinator = context.opened().coordinator;
    const auto version = coordinator.version(id);
    if (!version) {
        throw Error(
            ErrorKind::NotFound,
            fmt::format("version {} does not exist; `migrator versions` lists all versions", id)
        );
    }
    std::vector<AppliedMigration> migrations;
    const auto rows = coordinator.applied_migrations({.version_id = id});
    for (AppliedMigration row; rows->next(row);) migrations.push_back(row);
    const json::Creators creators = coordinator.audit().creators();
    if (context.common.json) {
        context.terminal.out << json::version(*version, migrations, creators);
        return 0;
    }
    auto& report = context.report;
    report.line(fmt::format(
        "Version {} \"{}\" of {}{}: {}",
        version->id,
        printable(version->name),
        format_rfc3339(version->created),
        by_whom(*version, creators),
        count_of(migrations.size(), "execution", "executions")
    ));
    std::vector<std::string> lines;
    lines.reserve(migrations.size());
    for (const auto& row : migrations) {
        const auto& file = row.migration;
        lines.push_back(
            fmt::format("{:<16}  {}  for {}", kind_of(file.type).for_people, file.file, row.schema)
        );
    }
    report.list(lines);
    return 0;
}

struct Versions : Command {
    std::optional<std::int64_t> version_id;

    CommandText text() const override {
        return {
            .name = "versions",
            .group = Group::Look,
            .summary = "Lists the versions, newest first, or shows what one did",
            .text = "With an ID: the files of that version and the schemas they were applied to.",
            .examples =
                "  migrator versions\n"
                "  migrator versions 42 --verbose\n"};
    }

    Options options() override {
        return {parsed("[ID]", version_id, parse_id, "the ID of a version: a number from 1")};
    }

    int run(Context& context) override {
        if (version_id) return show_version(context, *version_id);
        auto& coordinator = context.opened().coordinator;
        const auto versions = coordinator.versions({});
        const json::Creators creators = coordinator.audit().creators();
        if (context.common.json) {
            context.terminal.out << json::versions(versions, creators);
            return 0;
        }
        std::vector<std::string> lines;
        lines.reserve(versions.size());
        for (const auto& version : versions) lines.push_back(version_line(version, creators));
        if (context.terminal.out_is_terminal) {
            context.report.list(lines, 0);
        } else {
            for (const auto& line : lines) context.report.line(line);  // for grep and others, all
        }
        if (versions.empty() && !context.common.quiet) {
            context.terminal.err << "No versions.\n";
        }
        return 0;
    }
};

}  // namespace

std::unique_ptr<Command> make_versions() { return std::make_unique<Versions>(); }

}  // namespace migrator::cli
