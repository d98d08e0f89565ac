#include "db/sql/apply/application.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "core/ascii.hpp"
#include "core/error.hpp"
#include "core/log.hpp"
#include "db/sql/apply/precheck.hpp"

namespace migrator::db::sql::apply {
namespace {

/// A file outside a transaction is recorded for one schema after the other.
bool commits_more_than_once(const std::vector<Group>& groups) {
    return groups.size() > 1 ||
           std::ranges::any_of(groups, [](const Group& group) { return !group.in_transaction; });
}

}  // namespace

Application::Application(const Workplace& workplace, const Plan& plan, const ApplyRequest& request)
    : facts_{.work = workplace, .dialect = workplace.server.dialect(), .plan = plan, .request = request},
      progress_(plan, request.progress, !request.dry_run),
      worker_(facts_, progress_, workplace.session, {.stop = workplace.stop}) {}

ApplyResult Application::run() {
    check();
    facts_.commits_each_file =
        !facts_.dialect.transactional_ddl && facts_.request.action == Action::Apply;
    try {
        if (works_tenant_by_tenant()) {
            run_fleet();
        } else {
            run_in_turn(make_groups(facts_.plan, 0));
        }
    } catch (const Error& error) {
        throw Error(error.kind(), error.what() + what_stays());
    }
    const bool id_is_real = !facts_.request.dry_run || facts_.dialect.version_ids_survive_rollback;
    for (const std::string& note : progress_.notes()) result_.notes.push_back(note);
    if (id_is_real && result_.version_id == 0) result_.version_id = facts_.version_id;
    return std::move(result_);
}

void Application::run_in_turn(const std::vector<Group>& planned) {
    const ApplyRequest& request = facts_.request;
    std::vector<Group> groups = planned;
    for (const Group& group : groups) progress_.plan_executions(executions_of(group));
    if (groups.empty() && request.new_tenant) {
        groups.emplace_back();  // no files for it: the tenant alone is made
        groups.back().schemas = {request.new_tenant->str()};
    }
    if (groups.empty()) return;
    const bool has_executions = progress_.planned() > 0;
    // An id that the next run gets again would tell of another version; and of several
    // transactions none holds the version.
    if (request.dry_run && request.keep_rolled_back && groups.size() == 1 && has_executions &&
        facts_.dialect.version_ids_survive_rollback) {
        worker_.keep_recorded_in(result_.rolled_back);
    }
    if (has_executions) facts_.version_id = metadata().next_version_id();
    facts_.commits_each_file = facts_.commits_each_file && has_executions;
    if (facts_.commits_each_file) read_interrupted();
    const bool leaves_something =
        facts_.commits_each_file || commits_more_than_once(groups) || !request.owed.empty();
    if (leaves_something && !request.dry_run) write_intent();
    for (const Group& group : groups) run_group(group);
    note_atomicity(groups.size());
}

void Application::run_group(const Group& group) {
    if (const auto failed = worker_.run(group)) fail(group, *failed);
}

void Application::fail(const Group& group, const GroupFailure& failed) {
    // Of a failed COMMIT nobody can say whose file it was.
    if (facts_.intent_written && failed.migration != nullptr) worker_.write_failed(group, failed);
    throw error_of(failed);
}

bool Application::works_tenant_by_tenant() const {
    return facts_.atomicity() == Atomicity::Tenant && facts_.dialect.max_schemas == 0 &&
           facts_.request.action == Action::Apply && !facts_.request.dry_run &&
           !facts_.request.new_tenant;
}

std::string Application::what_stays() const {
    std::string text;
    if (facts_.tenant_made) {
        text +=
            fmt::format("\nTenant {} was made before and stays", facts_.request.new_tenant->str());
    }
    if (progress_.committed() > 0) {
        text += fmt::format(
            "\n{} of {} executions were committed before and stay (version id {})",
            progress_.committed(),
            progress_.planned(),
            facts_.version_id
        );
    }
    return text.empty() ? text : text + "; the next apply goes on from there";
}

void Application::note_atomicity(std::size_t groups) {
    if (facts_.dialect.allows_version_atomicity || groups < 2) return;
    result_.notes.push_back(
        facts_.request.dry_run
            ? fmt::format("{} transactions were run and rolled back, one after the other", groups)
            : fmt::format(
                  "{} commits each phase and group of tenants on its own (atomicity: tenant): this "
                  "run took {} transactions",
                  facts_.dialect.name,
                  groups
              )
    );
}

void Application::check() {
    if (facts_.request.new_tenant) check_new_tenant();
    if (facts_.request.action == Action::Sync) {
        for (const PlannedFile& file : facts_.plan.files) {
            const std::string problem = length_problem(*file.migration);
            if (!problem.empty()) throw Error(ErrorKind::MigrationFailed, problem);
        }
        return;
    }
    const auto problems =
        Preparation(facts_.dialect, facts_.work.options)
            .check(facts_.plan, session().standard_conforming_strings(), outside_transaction_);
    if (!problems.empty()) {
        std::string text = fmt::format(
            "SQL migration {} failed with error: {}", problems[0].file, problems[0].message
        );
        for (std::size_t i = 1; i < problems.size(); ++i) {
            text += fmt::format("\nand {}: {}", problems[i].file, problems[i].message);
        }
        throw Error(ErrorKind::MigrationFailed, text + "\nNothing was run.");
    }
    check_sizes();
    for (std::size_t i = 0; i < facts_.plan.files.size(); ++i) {
        const Migration& migration = *facts_.plan.files[i].migration;
        if (!outside_transaction_[i]) continue;
        if (facts_.request.dry_run) {
            result_.notes.push_back(fmt::format(
                "{} runs outside a transaction: the dry run did not try it", migration.file
            ));
        } else if (session().through_pooler()) {
            throw Error(
                ErrorKind::MigrationFailed,
                fmt::format(
                    "SQL migration {} failed with error: it runs outside a transaction, which is "
                    "not possible through a connection pooler in transaction mode: let the data "
                    "source name the database server itself. Nothing was run.",
                    migration.file
                )
            );
        }
    }
}

void Application::check_new_tenant() const {
    const std::string& name = facts_.request.new_tenant->str();
    const std::size_t limit = facts_.dialect.max_identifier_bytes;
    if (limit != 0 && name.size() > limit) {
        // The server would cut it without a word, and two tenants could share a schema.
        throw Error(
            ErrorKind::MigrationFailed,
            fmt::format(
                "Create schema failed: the name {} has {} characters, {} takes {}",
                name,
                name.size(),
                facts_.dialect.name,
                limit
            )
        );
    }
    bool taken = equal_ignoring_case(name, "migrator");
    for (const std::string& schema : facts_.work.options.single_schemas) {
        taken = taken || equal_ignoring_case(name, schema);
    }
    if (taken) {
        throw Error(
            ErrorKind::MigrationFailed,
            fmt::format(
                "Failed to add tenant entry: {} is the schema of migrator itself or of a single "
                "directory, choose another name",
                name
            )
        );
    }
}

std::vector<Group> Application::make_groups(const Plan& plan, std::size_t first_file) const {
    const auto first =
        outside_transaction_.begin() +
        static_cast<std::ptrdiff_t>(std::min(first_file, outside_transaction_.size()));
    return apply::make_groups(
        plan,
        {.atomicity = facts_.atomicity(),
         .max_schemas = facts_.dialect.max_schemas,
         .single_schemas = facts_.work.options.single_schemas,
         .dry_run = facts_.request.dry_run,
         .records_only = facts_.request.action == Action::Sync,
         .outside_transaction = std::vector<bool>(first, outside_transaction_.end())}
    );
}

}  // namespace migrator::db::sql::apply
