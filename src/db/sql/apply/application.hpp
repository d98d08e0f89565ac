#pragma once

#include <memory>
#include <string>
#include <vector>

#include "db/connector.hpp"
#include "db/sql/apply/context.hpp"
#include "db/sql/apply/units.hpp"

namespace migrator::db::sql::apply {

/// Applies one plan: check, intent, units, records. Used once.
class Application {
public:
    /// `session` is the run's own, and replaced when it was lost. Both are lent.
    Application(const Job& job, std::unique_ptr<Session>& session);

    ~Application();
    Application(const Application&) = delete;
    Application& operator=(const Application&) = delete;

    /// As `Run::apply`.
    ApplyResult run();

private:
    /// Whether tenants are worked for one by one, by several workers.
    bool works_tenant_by_tenant() const;
    void run_tenant_by_tenant(Context begun);
    void run_in_turn(Context begun);
    /// With what has to be known before the first unit. `may_stop_half_way`: the run commits more
    /// than once.
    Context completed(Context context, bool may_stop_half_way);
    std::string what_stays(const Context& context) const;
    void note_atomicity(std::size_t units);

    const Job job_;
    std::unique_ptr<Session>& session_;
    Scripts scripts_;
    StatefulCode stateful_code_;
    SharedProgress progress_;
    Notices notices_;
    LongStatements long_statements_;
    ApplyResult result_;
};

}  // namespace migrator::db::sql::apply
