#include "db/sql/apply/context.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "db/sql/failure.hpp"

namespace migrator::db::sql::apply {
namespace {

constexpr std::chrono::seconds kTenantLockTimeout{5};  // default unless atomicity: version

}  // namespace

WorkSettings Job::settings() const {
    WorkSettings settings{
        .statement_timeout = options.statement_timeout,
        .lock_timeout = options.ddl_lock_timeout,
        .role = options.set_role,
        .keeps_state = keeps_state()};
    if (!settings.lock_timeout && atomicity() != Atomicity::Version) {
        settings.lock_timeout = kTenantLockTimeout;
    }
    return settings;
}

std::unique_ptr<Session> Job::connect(std::size_t number, const std::stop_token& stopped) const {
    auto session = lock.connect_worker(number, stopped);
    if (!session) session = server.connect();
    session->watch(stopped);
    return session;
}

std::unique_ptr<Session> Context::connect(std::size_t number, const std::stop_token& stopped)
    const {
    auto session = Job::connect(number, stopped);
    session->observe(observer(number));
    return session;
}

Observer* Context::observer(std::size_t number) const {
    return long_statements == nullptr ? nullptr : &long_statements->observer(number);
}

void Context::make_tenant(Session& session) const {
    const std::string note = new_tenant.value().make_schema(session);
    if (!note.empty()) progress.note(note);
    if (dialect.transactional_ddl) return new_tenant->record(session);
    // The schema is committed, and what follows would be, statement by statement.
    if (const auto failure = session.commit()) throw commit_error(*failure);
    session.begin(settings(), run_id);
    try {
        new_tenant->record(session);
    } catch (const Error& error) {
        throw Error(
            error.kind(), std::string(error.what()) + "\nThe schema was created and remains"
        );
    }
}

std::vector<Unit> Context::cut(const Plan& part, std::size_t first_file) const {
    const auto first =
        outside_transaction.begin() +
        static_cast<std::ptrdiff_t>(std::min(first_file, outside_transaction.size()));
    return make_units(
        part,
        {.atomicity = atomicity(),
         .max_schemas = dialect.max_schemas,
         .single_schemas = options.single_schemas,
         .dry_run = request.dry_run,
         .records_only = request.action == Action::Sync,
         .outside_transaction = std::vector<bool>(first, outside_transaction.end())}
    );
}

}  // namespace migrator::db::sql::apply
