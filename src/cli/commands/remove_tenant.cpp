#include <fmt/format.h>

#include <ostream>

#include "cli/command.hpp"
#include "cli/confirm.hpp"
#include "cli/output_json.hpp"
#include "core/count_of.hpp"
#include "core/random_id.hpp"

namespace migrator::cli {
namespace {

struct RemoveTenant : Command {
    std::string tenant;
    bool drop_schema = false;
    bool yes = false;

    CommandText text() const override {
        return {
            .name = "remove-tenant",
            .group = Group::Change,
            .summary = "Removes a tenant: its records, its state and its entry in the list",
            .text =
                "Shows what is there, and asks. Also for the records of a tenant that is not "
                "listed any more.\n"
                "The schema stays, unless --drop-schema drops it with all its objects; that asks "
                "twice. A tenant\n"
                "that tenantSelect gives has to be removed there first, or by tenantDelete.",
            .examples =
                "  migrator remove-tenant acme\n"
                "  migrator remove-tenant acme --drop-schema\n"
                "  migrator remove-tenant acme --yes            in scripts\n"};
    }

    Options options() override {
        return {
            word("NAME", tenant),
            flag("--drop-schema", drop_schema, "Drop the schema with all its objects"),
            flag("--yes", yes, "Skip the confirmation prompts")};
    }

    int run(Context& context) override {
        auto& corrections = context.opened().coordinator.corrections();
        auto& report = context.report;
        const auto found = corrections.find_tenant(tenant);
        const bool shows = !context.common.json && !context.common.quiet;
        if (!context.common.json && (shows || !yes)) show(report, found);
        if (!is_confirmed(context, found)) return refused(context);
        const auto removed =
            corrections.remove_tenant(tenant, drop_schema, random_uuid(), context.backend.asker);
        if (context.common.json) {
            context.terminal.out << json::removed_tenant(removed, drop_schema);
        }
        if (shows) {
            const bool is_dropped = drop_schema && !removed.schema.empty();
            report.line(report.style().good(fmt::format(
                "Removed tenant {}{}.",
                removed.tenant,
                is_dropped ? fmt::format(" and dropped the schema {}", removed.schema) : ""
            )));
        }
        return 0;
    }

private:
    bool is_confirmed(Context& context, const db::TenantTraces& found) const {
        const bool drops = drop_schema && !found.schema.empty();
        const auto question =
            drops ? fmt::format("Remove the tenant, and drop the schema {}?", found.schema)
                  : std::string("Remove the tenant?");
        if (!confirm(context, text().name, yes, question)) return false;
        if (!drops) return true;
        return confirm_by_word(
            context,
            text().name,
            yes,
            fmt::format(
                "The schema{} is lost for good. To drop it, type the name of the tenant:",
                objects_of(found)
            ),
            tenant
        );
    }

    /// " with 2 objects", or nothing.
    static std::string objects_of(const db::TenantTraces& found) {
        constexpr std::size_t kMost = 100;  // that are read
        if (found.objects.empty()) return {};
        return fmt::format(
            " with {}{}",
            found.objects.size() == kMost ? "at least " : "",
            count_of(found.objects.size(), "object", "objects")
        );
    }

    void show(Report& report, const db::TenantTraces& found) const {
        report.line(fmt::format(
            "Tenant:   {}{}", found.tenant, found.is_listed ? "" : ", not in the tenant list"
        ));
        report.line(fmt::format("Records:  {}", count_of(found.rows, "file", "files")));
        if (found.has_state) report.line("State:    of a run that has not ended well");
        if (found.schema.empty()) {
            report.line("Schema:   none");
            return;
        }
        report.line(fmt::format(
            "Schema:   {}{}{}", found.schema, objects_of(found), drop_schema ? "" : ", which stays"
        ));
        if (drop_schema) report.list(found.objects);
    }
};

}  // namespace

std::unique_ptr<Command> make_remove_tenant() { return std::make_unique<RemoveTenant>(); }

}  // namespace migrator::cli
