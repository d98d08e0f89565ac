// Files that run without a transaction: each on a session of its own, statement by statement.
#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/log.hpp"
#include "db/sql/apply/group_worker.hpp"
#include "db/sql/failure.hpp"
#include "db/sql/own_sql.hpp"

namespace migrator::db::sql::apply {

std::optional<GroupFailure> GroupWorker::run_outside(const Group& group) {
    for (const PlannedFile& file : group.files) {
        for (const std::string& schema : *file.schemas) {
            stop_if_asked();
            report("applying", file.migration, 0);
            if (auto failed = run_outside(group, *file.migration, schema)) return failed;
        }
    }
    return std::nullopt;
}

std::optional<GroupFailure> GroupWorker::run_outside(
    const Group& group, const Migration& migration, const std::string& schema
) {
    log::info(fmt::format("Running {} for {} outside a transaction", migration.file, schema));
    session().use_schemas({});
    write_running(migration, schema, 0);
    const std::vector<std::string> before = metadata().broken_objects();
    auto failure = run_alone(migration, schema);
    for (const std::string& broken : metadata().broken_objects()) {
        if (std::ranges::find(before, broken) != before.end()) continue;
        // Beside other workers it may be the work of one of them.
        if (!place_.alone && broken.find(schema + ".") == std::string::npos) continue;
        if (!failure) failure = Failure{.message = "it left something half made"};
        failure->hint += (failure->hint.empty() ? "" : "\n") + broken;
    }
    if (!failure) return record_outside(group, migration, schema);
    if (failure->statement > 1) {
        failure->kept = failure->statement - 1;
        failure->hint += fmt::format(
            "{}{} statements of the file have run{} stay; the next apply begins with its first "
            "statement",
            failure->hint.empty() ? "" : "\n",
            failure->statement - 1,
            controls_transactions(migration, schema) ? ", those that it committed" : " and"
        );
    }
    return GroupFailure{&migration, schema, std::move(*failure)};
}

std::optional<Failure> GroupWorker::run_alone(
    const Migration& migration, const std::string& schema
) {
    if (dialect_.works_on_lock_session) return run_alone_on(session(), migration, schema);
    const auto own = facts_.further_session(place_.number, place_.stop);
    own->use_schemas(std::vector<std::string>{schema});
    if (!dialect_.session_fence.empty()) {
        store::Metadata records(*own, dialect_, facts_.work.options);
        if (!query_bool(*own, dialect_.session_fence) || !records.is_owner(facts_.work.run_id)) {
            throw lost_lock_error(*own, dialect_);
        }
    }
    return run_alone_on(*own, migration, schema);
}

std::optional<Failure> GroupWorker::run_alone_on(
    Session& own, const Migration& migration, const std::string& schema
) {
    const PreparedScript prepared =
        preparation_.prepare(migration, schema, own.standard_conforming_strings());
    const ScriptRun run{.step = 0, .text = prepared.text, .script = prepared.script.get()};
    // A concurrent index build that ran into a lock time-out would leave an invalid index.
    WorkSettings own_settings = facts_.settings();
    own_settings.lock_timeout.reset();
    return own.run_without_transaction(run, own_settings, [&](std::size_t statements) {
        write_running(migration, schema, statements);
    });
}

std::optional<GroupFailure> GroupWorker::record_outside(
    const Group& group, const Migration& migration, const std::string& schema
) {
    Group part;
    part.files.push_back({&migration, std::make_shared<const std::vector<std::string>>(1, schema)});
    const std::string tenant = tenant_of(migration, schema);
    if (std::ranges::find(group.finished, tenant) != group.finished.end()) {
        part.finished.push_back(tenant);
    }
    part.tenant = group.tenant;
    Transaction transaction(session(), {}, facts_.work.run_id);
    expect_questions(part);
    record(part);
    if (auto failed = end(part, transaction)) return failed;
    progress_.done(place_.number, part);
    return std::nullopt;
}

bool GroupWorker::controls_transactions(const Migration& migration, const std::string& schema) {
    const PreparedScript prepared =
        preparation_.prepare(migration, schema, session().standard_conforming_strings());
    return (prepared.script->traits & script::kTransactionControl) != 0;
}

}  // namespace migrator::db::sql::apply
