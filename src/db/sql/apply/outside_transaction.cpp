#include "db/sql/apply/outside_transaction.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/count_of.hpp"
#include "core/error.hpp"
#include "core/log.hpp"
#include "db/sql/apply/checks.hpp"
#include "db/sql/apply/states.hpp"
#include "db/sql/apply/unit_end.hpp"
#include "db/sql/own_sql.hpp"
#include "db/sql/store/lock_owner.hpp"
#include "db/sql/transaction.hpp"

namespace migrator::db::sql::apply {

std::optional<UnitFailure> OutsideTransaction::run(const Unit& unit) {
    for (const PlannedFile& file : unit.files) {
        for (const std::string& schema : *file.schemas) {
            worker_.stop_if_asked();
            worker_.report("applying", file.migration, 0);
            if (auto failed = run_for(unit, *file.migration, schema)) return failed;
        }
    }
    return std::nullopt;
}

std::optional<UnitFailure> OutsideTransaction::run_for(
    const Unit& unit, const Migration& migration, const std::string& schema
) {
    log::info(fmt::format("Running {} for {} outside a transaction", migration.file, schema));
    const auto broken_objects = [&] {
        return sql::broken_objects(*worker_.session, worker_.context.dialect);
    };
    worker_.connect_again();
    worker_.session->use_schemas({});
    write_running(worker_, migration, schema, 0);
    const std::vector<std::string> before = broken_objects();
    auto failure = run_file(migration, schema);
    for (const std::string& broken : broken_objects()) {
        if (std::ranges::find(before, broken) != before.end()) continue;
        // Beside other workers it may be the work of one of them.
        if (!worker_.alone && broken.find(schema + ".") == std::string::npos) continue;
        if (!failure) failure = Failure{.message = "it left an invalid object behind"};
        failure->hint += (failure->hint.empty() ? "" : "\n") + broken;
    }
    if (!failure) return record_one(unit, migration, schema);
    if (failure->statement > 1) {
        const auto script = prepared(*worker_.session, migration, schema).script;
        const bool commits_itself = (script->traits & script::kTransactionControl) != 0;
        failure->kept = failure->statement - 1;
        failure->hint += fmt::format(
            "{}before it failed, the file executed {}, whose {}changes stay; the next apply starts "
            "at its first statement",
            failure->hint.empty() ? "" : "\n",
            count_of(failure->statement - 1, "statement", "statements"),
            commits_itself ? "committed " : ""
        );
    }
    return UnitFailure{&migration, schema, std::move(*failure)};
}

std::optional<Failure> OutsideTransaction::run_file(
    const Migration& migration, const std::string& schema
) {
    const Context& context = worker_.context;
    const Dialect& dialect = context.dialect;
    if (dialect.one_session_per_worker) return run_file_on_own(migration, schema);
    const auto own = context.connect(worker_.number, worker_.stop);
    own->use_schemas(std::vector<std::string>{schema});
    if (!dialect.session_fence.empty()) {
        store::LockOwner owner(context.tables(*own));
        if (!query_bool(*own, dialect.session_fence) || !owner.is(context.run_id)) {
            throw lost_lock_error(*own, dialect);
        }
    }
    return run_file_on(*own, migration, schema);
}

std::optional<Failure> OutsideTransaction::run_file_on_own(
    const Migration& migration, const std::string& schema
) {
    auto failure = run_file_on(*worker_.session, migration, schema);
    if (!worker_.context.keeps_state() && !worker_.session->is_lost()) worker_.session->reset();
    return failure;
}

std::optional<Failure> OutsideTransaction::run_file_on(
    Session& session, const Migration& migration, const std::string& schema
) {
    const PreparedScript script = prepared(session, migration, schema);
    const ScriptRun run{
        .step = 0,
        .text = script.text,
        .script = script.script.get(),
        .schema = schema,
        .migration = &migration};
    auto failed =
        check_apart(session, worker_.context.dialect, worker_.context.settings(), script, 0);
    if (failed) return failed;
    // A concurrent index build that ran into a lock time-out would leave an invalid index.
    WorkSettings settings = worker_.context.settings();
    settings.lock_timeout.reset();
    return session.run_without_transaction(run, settings, [&](std::size_t statements) {
        write_running(worker_, migration, schema, statements);
    });
}

std::optional<UnitFailure> OutsideTransaction::record_one(
    const Unit& unit, const Migration& migration, const std::string& schema
) {
    Unit part;
    part.files.push_back({&migration, std::make_shared<const std::vector<std::string>>(1, schema)});
    const std::string tenant = tenant_of(migration, schema);
    if (std::ranges::find(unit.finished, tenant) != unit.finished.end()) {
        part.finished.push_back(tenant);
    }
    part.tenant = unit.tenant;
    Transaction transaction(*worker_.session, {}, worker_.context.run_id);
    lock_tenant_row(worker_, part);
    record(worker_, part);
    if (auto failed = end(worker_, part, transaction)) return failed;
    worker_.context.progress.done(worker_.number, part);
    return std::nullopt;
}

PreparedScript OutsideTransaction::prepared(
    Session& session, const Migration& migration, const std::string& schema
) const {
    return worker_.context.scripts.prepare(
        migration, schema, session.standard_conforming_strings()
    );
}

}  // namespace migrator::db::sql::apply
