#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "cli/commands.hpp"
#include "cli/new_file.hpp"
#include "cli/next_name.hpp"
#include "cli/output_json.hpp"
#include "core/path.hpp"

namespace migrator::cli {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse_new(const std::string& message) {
    throw Error(ErrorKind::InvalidRequest, message);
}

/// The part of a file's name behind its number.
std::string title_of(std::string name) {
    if (name.ends_with(".sql")) name.resize(name.size() - 4);
    std::ranges::replace(name, ' ', '_');
    const bool unfit = std::ranges::any_of(name, [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == '/' || c == '\\' || c == '\x7f';
    });
    if (name.empty() || name.starts_with('.') || unfit) {
        refuse_new(fmt::format(
            "'{}' is not a valid file name; use letters, digits, '_' and '-'", printable(name)
        ));
    }
    return name;
}

struct New : Command {
    std::string folder;
    std::string name;

    CommandText text() const override {
        return {
            .name = "new",
            .group = Group::Begin,
            .summary = "Creates the next migration file in a folder",
            .text =
                "Continues the numbering that the folder uses, behind all existing migrations.\n"
                "FOLDER is a folder of singleMigrations or tenantMigrations. Leave it out when "
                "only\n"
                "one is configured. Needs no database and never overwrites a file.",
            .examples =
                "  migrator new add_orders\n"
                "  migrator new tenants \"add orders\"           tenants/0007_add_orders.sql\n"};
    }

    Options options() override { return {word("[FOLDER]", folder), word("NAME", name)}; }

    int run(Context& context) override {
        const auto title = title_of(name);
        const auto& opened = context.opened_offline();
        const auto& base = opened.base_location;
        if (is_url(base)) {
            refuse_new(fmt::format(
                "baseLocation is {}, but `new` creates files on disk only; create the file in the "
                "folder you upload from, with --set baseLocation=FOLDER",
                base
            ));
        }
        const auto chosen = choose(opened);
        const fs::path place = path_of(base, chosen);
        std::error_code problem;
        fs::create_directories(place, problem);  // if it can't be, making the file says why

        std::vector<std::string> in_folder;
        std::vector<std::string> elsewhere;
        for (const auto& file : opened.coordinator.inspection().files()) {
            if (is_script(file.type)) continue;
            const bool is_here = path_of("", file.source_dir) == path_of("", place);
            (is_here ? in_folder : elsewhere).push_back(file.name);
        }
        const auto next = next_name(in_folder, elsewhere, title, context.backend.clock());
        const bool for_tenants = std::ranges::count(opened.tenant_migrations, chosen) > 0;
        const auto path = (fs::path(base) / chosen / next.name).lexically_normal();
        write_new_file(
            path,
            for_tenants ? "-- Runs once for each tenant; {schema} is the tenant's schema.\n\n"
                        : "-- Runs once; {schema} is the schema.\n\n"
        );
        if (context.common.json) {
            context.terminal.out << json::created({path.string()});
            return 0;
        }
        context.report.line(fmt::format("Created {}", printable(path.string())));
        if (!next.runs_before.empty()) {
            context.report.note(fmt::format(
                "{} in another folder runs after the new file: names are compared as text, not as "
                "numbers",
                next.runs_before
            ));
        }
        return 0;
    }

private:
    static fs::path path_of(const fs::path& base, const fs::path& folder) {
        auto path = fs::absolute(base / folder).lexically_normal();
        return path.has_filename() ? path : path.parent_path();
    }

    /// As it is configured.
    std::string choose(const Backend::Opened& opened) const {
        auto folders = opened.single_migrations;
        folders.insert(
            folders.end(), opened.tenant_migrations.begin(), opened.tenant_migrations.end()
        );
        if (folder.empty() && folders.size() == 1) return folders.front();
        if (folder.empty()) {
            refuse_new(fmt::format(
                "new needs a FOLDER because several are configured: {}", fmt::join(folders, ", ")
            ));
        }
        for (const auto& each : folders) {
            const auto path = path_of(opened.base_location, each);
            if (path == path_of(opened.base_location, folder) || path == path_of("", folder)) {
                return each;
            }
        }
        refuse_new(fmt::format(
            "{} is not a configured folder of migrations ({}){}",
            folder,
            fmt::join(folders, ", "),
            did_you_mean(folder, folders)
        ));
    }
};

}  // namespace

std::unique_ptr<Command> make_new() { return std::make_unique<New>(); }

}  // namespace migrator::cli
