// The commands that create a version: apply, create-tenant, sync.
#include <fmt/format.h>

#include <chrono>
#include <ostream>

#include "cli/command.hpp"
#include "cli/output_json.hpp"
#include "cli/progress_line.hpp"
#include "cli/tenant_choice.hpp"
#include "core/number.hpp"
#include "core/random_id.hpp"
#include "core/share.hpp"
#include "core/time.hpp"

namespace migrator::cli {
namespace {

std::optional<Share> parse_canary(const std::string& text) {
    const auto share = parse_share(text);
    return share && share->value > 0 ? share : std::nullopt;
}

/// 0, behind the last statement known to have run, for a value that was left out.
std::optional<std::size_t> parse_statement(const std::string& text) {
    return text.empty() ? 0 : parse_number<std::size_t>(text);
}

Option version_name_option(std::optional<std::string>& name) {
    return word("--name NAME", name, "Name of the version (default: the current time in UTC)");
}

Option dry_run_option(bool& dry_run) {
    return flag("--dry-run", dry_run, "Run everything, then roll back");
}

ProgressLine::Mode progress_mode(const Context& context) {
    if (context.common.quiet) return ProgressLine::Mode::Warnings;
    if (context.common.json) return ProgressLine::Mode::News;
    return context.terminal.err_is_terminal ? ProgressLine::Mode::Bar : ProgressLine::Mode::Lines;
}

/// Some tenants failed, what was done for the others stays.
int partly_failed(
    Context& context,
    const coordinator::VersionRequest& request,
    const coordinator::Outcome& outcome
) {
    const int exit_code = edge_codes(ErrorKind::PartlyFailed).exit_code;
    if (context.common.json) {
        context.terminal.out << json::partly_failed(request, outcome, exit_code);
        return exit_code;
    }
    if (!context.common.quiet) show_outcome(context.report, request, outcome);
    context.report.failures_error(outcome);
    return exit_code;
}

/// What all of them have in common.
struct Creates : Command {
    std::optional<std::string> name;

    std::string hint(ErrorKind kind) const override {
        switch (kind) {
            case ErrorKind::MigrationFailed:
            case ErrorKind::PartlyFailed:
            case ErrorKind::Cancelled:
                return "`migrator status` shows what is applied and what is pending";
            default:
                return Command::hint(kind);
        }
    }

protected:
    int create(Context& context, coordinator::VersionRequest request) const {
        auto& coordinator = context.opened().coordinator;
        const auto now = std::chrono::floor<std::chrono::seconds>(context.backend.clock());
        request.version_name = name.value_or(format_rfc3339(now));
        request.request_id = random_uuid();
        request.asker = context.backend.asker;
        ProgressLine line(context.terminal.err, progress_mode(context));
        request.progress = line.sink();
        request.stop = context.backend.interrupted;
        const auto outcome = coordinator.create_version(request);
        line.clear();

        if (!outcome.changed.empty()) {
            const auto kind = ErrorKind::ChecksumMismatch;
            const int exit_code = edge_codes(kind).exit_code;
            if (context.common.json) {
                context.terminal.out
                    << json::error(kind, std::string(kChecksumMessage), exit_code, outcome.changed);
            } else {
                context.report.changed_error(
                    outcome.changed, coordinator.inspection().differences(outcome.changed)
                );
            }
            return exit_code;
        }
        if (outcome.is_partly_failed()) return partly_failed(context, request, outcome);
        if (context.common.json) {
            context.terminal.out << json::outcome(request, outcome);
        } else if (!context.common.quiet) {
            show_outcome(context.report, request, outcome);
        } else {
            for (const auto& note : outcome.notes) context.report.warning(note);
        }
        return 0;
    }
};

struct Apply : Creates {
    bool dry_run = false;
    bool reconcile = false;
    TenantChoice tenants;
    std::optional<std::size_t> resume_at_statement;

    CommandText text() const override {
        return {
            .name = "apply",
            .group = Group::Change,
            .summary = "Applies all pending migrations and records them as a new version",
            .text =
                "Runs every pending migration, and all scripts, for the schemas that lack them, "
                "under the\n"
                "migration lock. Says exactly what it did. Nothing pending is no error: exit code "
                "0.",
            .examples =
                "  migrator apply --name v1.2.0\n"
                "  migrator apply --dry-run                    run everything, then roll back\n"
                "  migrator apply --reconcile                  apply missing files to late "
                "tenants\n"
                "  migrator apply --tenant 'eu-*'              some tenants; the files remain "
                "pending "
                "for the others\n"
                "  migrator apply --canary 5 --waves 10%,100%  5 tenants first, then a tenth, then "
                "all\n"
                "  migrator apply --resume-at-statement        MySQL: resume an interrupted "
                "file\n"};
    }

    Options options() override {
        return {
            version_name_option(name),
            dry_run_option(dry_run),
            reconcile_option(reconcile),
            tenant_option(
                tenants, "Limit to these tenants; repeatable, `*` matches any characters"
            ),
            tenants_from_option(tenants),
            parsed(
                "--canary N",
                tenants.canary,
                parse_canary,
                "a number of tenants or a percentage",
                "Apply to the first N tenants only, or 5% of them; with --waves, before the first "
                "wave"
            ),
            parsed(
                "--waves LIST",
                tenants.waves,
                parse_shares,
                "a list like 10%,50%,100%",
                "Roll out in waves; cumulative counts or percentages: 10%,50%,100%"
            ),
            parsed(
                "--resume-at-statement [N]",
                resume_at_statement,
                parse_statement,
                "a number",
                "MySQL and MariaDB: resume an interrupted file after the last statement known to "
                "have run, or at statement N (for one file: choose its tenant)"
            )};
    }

    int run(Context& context) override {
        context.opened();
        coordinator::VersionRequest request;
        request.dry_run = dry_run;
        request.reconcile = reconcile;
        request.unmanaged = coordinator::UnmanagedTenants::Refuse;
        request.resume_at_statement = resume_at_statement;
        request.tenants = selection_of(tenants);
        return create(context, std::move(request));
    }
};

struct CreateTenant : Creates {
    std::string tenant;
    bool dry_run = false;
    bool adopt = false;
    std::optional<std::string> server;

    CommandText text() const override {
        return {
            .name = "create-tenant",
            .group = Group::Change,
            .summary = "Creates a tenant and applies all tenant files to it",
            .text =
                "Creates the schema, records the tenant, and runs all tenant migrations and tenant "
                "scripts for\n"
                "it. The name is made of letters, digits, '_' and '-'.",
            .examples =
                "  migrator create-tenant acme\n"
                "  migrator create-tenant acme --name acme-onboarding --dry-run\n"};
    }

    Options options() override {
        return {
            word("NAME", tenant),
            version_name_option(name),
            dry_run_option(dry_run),
            flag("--adopt", adopt, "Accept a schema that already holds objects"),
            word(
                "--server SERVER", server, "Of several servers, the one (default: fewest tenants)"
            )};
    }

    int run(Context& context) override {
        coordinator::VersionRequest request;
        request.tenant = tenant;
        request.dry_run = dry_run;
        request.server = server.value_or("");
        request.adopt_schemas = adopt ? db::AdoptSchemas::Allow : db::AdoptSchemas::Refuse;
        return create(context, std::move(request));
    }
};

struct Sync : Creates {
    TenantChoice tenants;
    bool unfinished = false;

    CommandText text() const override {
        return {
            .name = "sync",
            .group = Group::Change,
            .summary = "Records pending files as applied without running them",
            .text =
                "For a database that already has the objects, made by other means. Scripts are "
                "recorded too.\n"
                "Refused while a file is half done.",
            .examples =
                "  migrator sync --name baseline\n"
                "  migrator sync --tenant acme                 a tenant whose objects "
                "already exist\n"
                "  migrator sync --tenants-from names.txt      several of them\n"};
    }

    Options options() override {
        return {
            tenant_option(
                tenants, "Record for these tenants only; repeatable, `*` matches any characters"
            ),
            tenants_from_option(tenants),
            flag(
                "--unfinished",
                unfinished,
                "Also where the last run failed or was interrupted, and forget that"
            ),
            version_name_option(name)};
    }

    int run(Context& context) override {
        context.opened();
        coordinator::VersionRequest request;
        request.action = Action::Sync;
        request.settles_unfinished = unfinished;
        request.tenants = selection_of(tenants);
        return create(context, std::move(request));
    }
};

}  // namespace

std::unique_ptr<Command> make_apply() { return std::make_unique<Apply>(); }

std::unique_ptr<Command> make_create_tenant() { return std::make_unique<CreateTenant>(); }

std::unique_ptr<Command> make_sync() { return std::make_unique<Sync>(); }

}  // namespace migrator::cli
