#include "db/sql/apply/run_facts.hpp"

#include <chrono>

namespace migrator::db::sql::apply {
namespace {

constexpr std::chrono::seconds kTenantLockTimeout{5};  // default with atomicity: tenant

}  // namespace

Atomicity RunFacts::atomicity() const {
    return work.options.atomicity.value_or(dialect.default_atomicity);
}

WorkSettings RunFacts::settings() const {
    const Options& options = work.options;
    WorkSettings settings{
        .statement_timeout = options.statement_timeout,
        .lock_timeout = options.ddl_lock_timeout,
        .role = options.set_role};
    if (!settings.lock_timeout && atomicity() == Atomicity::Tenant) {
        settings.lock_timeout = kTenantLockTimeout;
    }
    return settings;
}

std::unique_ptr<Session> RunFacts::further_session(std::size_t number, const std::stop_token& stop)
    const {
    auto session = number == 0 ? nullptr : work.lock.connect_worker(number, stop);
    if (!session) session = work.server.connect();
    session->watch(stop);
    return session;
}

}  // namespace migrator::db::sql::apply
