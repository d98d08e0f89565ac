#include "db/sql/application.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <unordered_set>

#include "core/error.hpp"
#include "core/log.hpp"
#include "db/sql/applied_rows.hpp"
#include "db/sql/batch.hpp"
#include "db/sql/failure.hpp"
#include "db/sql/own_sql.hpp"
#include "db/sql/transaction.hpp"

namespace migrator::db::sql {
namespace {

constexpr std::size_t kRowsAtOnce = 8'192;
constexpr std::chrono::seconds kTenantLockTimeout{5};  // default with atomicity: tenant

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) {
        return std::tolower(x) == std::tolower(y);
    });
}

/// Calls `use(migration, schema)` for every execution of the group, in order.
template <typename Use>
void for_each_execution(const Group& group, Use&& use) {
    for (const PlannedFile& file : group.files) {
        for (const std::string& schema : *file.schemas) use(*file.migration, schema);
    }
}

std::size_t executions_of(const Group& group) {
    std::size_t executions = 0;
    for (const PlannedFile& file : group.files) executions += file.schemas->size();
    return executions;
}

/// A file outside a transaction is recorded for one schema after the other.
bool commits_more_than_once(const std::vector<Group>& groups) {
    return groups.size() > 1 ||
           std::ranges::any_of(groups, [](const Group& group) { return !group.in_transaction; });
}

}  // namespace

Application::Application(const Workplace& workplace, const Plan& plan, const ApplyRequest& request)
    : work_(workplace),
      dialect_(workplace.server.dialect()),
      plan_(plan),
      request_(request),
      preparation_(dialect_, workplace.options) {}

ApplyResult Application::run() {
    check();
    std::vector<Group> groups = make_groups();
    for (const Group& group : groups) progress_.executions += executions_of(group);
    progress_.files = plan_.files.size();
    progress_.tenants = plan_.tenants.size();
    if (groups.empty() && request_.new_tenant) {
        groups.emplace_back();  // no files for it: the tenant alone is made
        groups.back().schemas = {request_.new_tenant->str()};
    }
    if (groups.empty()) return std::move(result_);

    // An id that the next run gets again would tell of another version; and of several
    // transactions none holds the version.
    keeps_recorded_ = request_.dry_run && request_.keep_rolled_back && groups.size() == 1 &&
                      progress_.executions > 0 && dialect_.version_ids_survive_rollback;
    if (progress_.executions > 0) version_id_ = metadata().next_version_id();
    const bool commits_each_file =
        !dialect_.transactional_ddl && request_.action == Action::Apply && progress_.executions > 0;
    if (commits_each_file) {
        read_interrupted();
        number_executions(groups);
    }
    try {
        const bool writes_intent = commits_each_file || commits_more_than_once(groups);
        if (writes_intent && !request_.dry_run) write_intent(groups);
        for (const Group& group : groups) {
            if (group.in_transaction && commits_each_file) {
                run_committing(group);
            } else if (group.in_transaction) {
                run_group(group);
            } else {
                run_outside(group);
            }
            progress_.tenants_done += group.finished.size();
            report("applying", nullptr, 0);
        }
    } catch (const Error& error) {
        throw Error(error.kind(), error.what() + what_stays());
    }
    note_atomicity(groups.size());
    const bool id_is_real = !request_.dry_run || dialect_.version_ids_survive_rollback;
    result_.version_id = id_is_real ? version_id_ : 0;
    return std::move(result_);
}

void Application::note_atomicity(std::size_t groups) {
    if (dialect_.allows_version_atomicity || groups < 2) return;
    result_.notes.push_back(
        request_.dry_run
            ? fmt::format("{} transactions were run and rolled back, one after the other", groups)
            : fmt::format(
                  "{} commits each phase and group of tenants on its own (atomicity: tenant): this "
                  "run took {} transactions",
                  dialect_.name,
                  groups
              )
    );
}

void Application::check() {
    if (request_.new_tenant) check_new_tenant();
    if (request_.action == Action::Sync) {
        for (const PlannedFile& file : plan_.files) {
            const std::string problem = length_problem(*file.migration);
            if (!problem.empty()) throw Error(ErrorKind::MigrationFailed, problem);
        }
        return;
    }
    const auto problems =
        preparation_.check(plan_, session().standard_conforming_strings(), outside_transaction_);
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
    for (std::size_t i = 0; i < plan_.files.size(); ++i) {
        const Migration& migration = *plan_.files[i].migration;
        if (!outside_transaction_[i]) continue;
        if (request_.dry_run) {
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
    const std::string& name = request_.new_tenant->str();
    const std::size_t limit = dialect_.max_identifier_bytes;
    if (limit != 0 && name.size() > limit) {
        // The server would cut it without a word, and two tenants could share a schema.
        throw Error(
            ErrorKind::MigrationFailed,
            fmt::format(
                "Create schema failed: the name {} has {} characters, {} takes {}",
                name,
                name.size(),
                dialect_.name,
                limit
            )
        );
    }
    bool taken = equal_ignoring_case(name, "migrator");
    for (const std::string& schema : work_.options.single_schemas) {
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

std::vector<Group> Application::make_groups() const {
    return sql::make_groups(
        plan_,
        {.atomicity = work_.options.atomicity.value_or(dialect_.default_atomicity),
         .max_schemas = dialect_.max_schemas,
         .single_schemas = work_.options.single_schemas,
         .dry_run = request_.dry_run,
         .records_only = request_.action == Action::Sync,
         .outside_transaction = outside_transaction_}
    );
}

WorkSettings Application::settings() const {
    const Options& options = work_.options;
    WorkSettings settings{
        .statement_timeout = options.statement_timeout,
        .lock_timeout = options.ddl_lock_timeout,
        .role = options.set_role};
    const auto atomicity = options.atomicity.value_or(dialect_.default_atomicity);
    if (!settings.lock_timeout && atomicity == Atomicity::Tenant) {
        settings.lock_timeout = kTenantLockTimeout;
    }
    return settings;
}

void Application::run_group(const Group& group) {
    const bool runs = request_.action == Action::Apply;
    std::vector<std::string> schemas = runs ? group.schemas : std::vector<std::string>{};
    if (request_.new_tenant && !runs) schemas = {request_.new_tenant->str()};
    session().use_schemas(schemas);
    Transaction transaction(session(), dialect_, settings(), work_.run_id);
    const bool makes_tenant = request_.new_tenant && !tenant_made_;
    if (makes_tenant) make_tenant();
    if (runs) {
        if (const auto failed = run_scripts(group)) {
            transaction.roll_back();
            fail(*failed->migration, *failed->schema, failed->failure);
        }
    }
    report("recording", nullptr, executions_of(group));
    session().reset();
    record(group);
    if (keeps_recorded_) keep_recorded();
    stop_if_asked();  // from here on a cancel comes too late
    end(group, transaction);
    progress_.executions_done += executions_of(group);
    if (request_.dry_run) return;
    committed_ += executions_of(group);
    if (makes_tenant) tenant_made_ = true;
}

void Application::keep_recorded() {
    const MetadataShape shape = read_shape(session(), dialect_);
    RolledBack recorded;
    recorded.version = metadata().versions(shape, {.id = version_id_}).at(0);
    const RowsWanted wanted{.version_id = version_id_};
    const auto rows = metadata().migrations(shape, wanted);
    for (Row row; rows->next(row);) {
        take_migration(row, wanted.columns, recorded.rows.emplace_back());
    }
    result_.rolled_back = std::move(recorded);
}

void Application::end(const Group& group, Transaction& transaction) {
    if (request_.dry_run) {
        log::info("Running in dry-run mode, calling rollback");
        transaction.roll_back();
        return;
    }
    log::info("Running Apply, committing transaction");
    report("committing", nullptr, executions_of(group));
    if (const auto failure = transaction.commit()) {
        if (!failure->connection_lost) throw commit_error(*failure);
        find_out(group, *failure);
    }
}

void Application::make_tenant() {
    const SchemaName& tenant = *request_.new_tenant;
    const std::string sql =
        dialect_.create_schema == nullptr ? std::string() : dialect_.create_schema(tenant);
    if (!sql.empty()) {
        // As a script, so that it is made by the role that the tenant's files run as.
        const Script script = dialect_.scan(sql, dialect_.lexis, true);
        const ScriptRun run{.step = 0, .text = sql, .script = &script};
        if (const auto failure = session().run_scripts({&run, 1})) {
            throw Error(
                failure->connection_lost ? ErrorKind::Unavailable : ErrorKind::MigrationFailed,
                "Create schema failed: " + describe(*failure)
            );
        }
        session().reset();
    }
    metadata().insert_tenant(tenant);
}

std::optional<Application::Failed> Application::run_scripts(const Group& group) {
    const Options& options = work_.options;
    std::size_t limit = options.batch_bytes;
    if (!options.batch_bytes_is_explicit && !dialect_.prefers_single_messages.empty() &&
        query_bool(session(), dialect_.prefers_single_messages)) {
        log::info("The database has event triggers: files are sent one a message");
        limit = 0;
    }
    Batch batch(session(), preparation_, limit, Batch::Records::Apart, [&](auto scripts) {
        return session().run_scripts(scripts);
    });
    std::vector<MetadataRow> steps;
    steps.reserve(executions_of(group));
    std::optional<Failure> failure;
    const Migration* last = nullptr;
    for_each_execution(group, [&](const Migration& migration, const std::string& schema) {
        if (failure) return;
        stop_if_asked();
        log_execution(migration, schema);
        if (&migration != last && last != nullptr) ++progress_.files_done;
        last = &migration;
        steps.push_back({&migration, &schema});
        report("applying", &migration, batch.sent());
        failure = batch.add(steps.size() - 1, migration, schema);
    });
    if (!failure) failure = batch.flush();
    if (failure) {
        const MetadataRow& step = steps.at(failure->step);
        return Failed{step.migration, step.schema, std::move(*failure)};
    }
    report("applying", nullptr, batch.sent());
    return std::nullopt;
}

void Application::stop_if_asked() const {
    if (work_.lock.lost()) {
        const bool is_own = dialect_.works_on_lock_session;
        throw Error(
            is_own ? ErrorKind::Unavailable : ErrorKind::Locked,
            "the migration lock is gone: the connection that held it was lost"
        );
    }
    if (work_.stop.stop_requested()) throw Error(ErrorKind::Cancelled, "stopped before its end");
}

void Application::record(const Group& group) {
    Metadata records = metadata();
    const std::string created = records.now();
    std::vector<MetadataRow> rows;
    bool has_version = false;
    const auto write = [&] {
        if (rows.empty()) return;
        // A Go program on the same database can't list versions once one has no rows, so the
        // version goes in just before its rows, in their transaction.
        if (!has_version) records.insert_version(version_id_, request_.version_name);
        has_version = true;
        session().insert_rows(version_id_, created, rows);
        rows.clear();
    };
    for_each_execution(group, [&](const Migration& migration, const std::string& schema) {
        rows.push_back({&migration, &schema});
        if (rows.size() == kRowsAtOnce) write();
    });
    write();
    if (!group.finished.empty()) records.delete_tenant_states(group.finished);
}

void Application::log_execution(const Migration& migration, const std::string& schema) {
    if (!log::enabled(log::Level::Debug)) return;
    log::debug(fmt::format(
        "Applying migration type: {}, schema: {}, file: {}",
        static_cast<int>(migration.type),
        schema,
        migration.file
    ));
}

void Application::report(
    std::string_view phase, const Migration* migration, std::size_t done_in_group
) {
    if (!request_.progress) return;
    progress_.phase = phase;
    progress_.file = migration == nullptr ? std::string() : migration->name;
    Progress now = progress_;
    now.executions_done += done_in_group;
    request_.progress(now);
}

}  // namespace migrator::db::sql
