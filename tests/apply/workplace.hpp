#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "db/sql/apply/application.hpp"
#include "db/sql/apply/worker.hpp"
#include "support/fake_server.hpp"

namespace migrator::db::sql::apply {

using test::Fault;
using Texts = std::vector<std::string>;

/// "t/1.sql" is a tenant migration, "ts/…" a tenant script, everything else a single migration of
/// the schema that its folder is called like. The identity is the path.
inline Migration file_named(const std::string& path, std::string contents) {
    const auto slash = path.find('/');
    const std::string folder = path.substr(0, slash);
    return {
        .name = path.substr(slash + 1),
        .source_dir = folder,
        .file = path,
        .type = folder == "t"    ? MigrationType::TenantMigration
                : folder == "ts" ? MigrationType::TenantScript
                                 : MigrationType::SingleMigration,
        .contents = std::move(contents),
        .check_sum = "sum"};
}

/// A plan, a server in memory, and everything between them that an application is handed.
class Workplace {
public:
    Workplace() {
        context_.version_id = 1;
        context_.patience = {.limit = std::chrono::hours(1), .pause = std::chrono::milliseconds(0)};
        context_.first_pause = std::chrono::milliseconds(0);
    }

    /// A planned file. Its statements are separated by ';'.
    const Migration& plan_file(const std::string& path, const std::string& text, Texts schemas) {
        files_.push_back(file_named(path, text));
        plan.files.push_back({&files_.back(), std::make_shared<const Texts>(std::move(schemas))});
        return files_.back();
    }
    /// A file for all tenants of the plan.
    const Migration& plan_file(const std::string& path, const std::string& text) {
        return plan_file(path, text, plan.tenants);
    }

    Job job() {
        return {
            .server = server,
            .dialect = server.dialect(),
            .options = options,
            .run_id = run_id,
            .lock = lock,
            .stop = stop.get_token(),
            .lost = lost.get_token(),
            .plan = plan,
            .request = request};
    }
    /// To be changed before the first unit.
    Context& context() { return context_; }
    /// A worker of its own; several for a fleet.
    Worker worker(bool alone = true) {
        if (!session) session = server.connect();
        return {context_, session, alone ? 0U : 1U, stop.get_token(), alone};
    }
    /// All files, as one unit.
    Unit unit() {
        Unit unit;
        unit.files = plan.files;
        unit.finished = {"a"};
        return unit;
    }
    ApplyResult apply() {
        if (!session) session = server.connect();
        return Application(job(), session).run();
    }
    /// What the server has recorded, as "file for schema".
    Texts recorded() const {
        Texts texts;
        for (const auto& row : server.tables().rows)
            texts.push_back(row.file + " for " + row.schema);
        return texts;
    }
    /// `fault` at the first call that begins so, or the one with number `number` from 1.
    void fail_at(const std::string& call, Fault fault, int number = 1) {
        server.fault = [call, fault, number, seen = std::make_shared<std::atomic<int>>(0)](
                           std::string_view made
                       ) {
            return made.starts_with(call) && ++*seen == number ? fault : Fault::None;
        };
    }

    test::FakeServer server;
    Options options;
    std::string run_id = "run";
    test::FakeLock lock;
    std::stop_source stop;
    std::stop_source lost;
    Plan plan;
    ApplyRequest request{
        .version_name = "v1", .progress = [this](const Progress& now) { progress.push_back(now); }};
    std::vector<Progress> progress;
    std::unique_ptr<Session> session;

private:
    std::deque<Migration> files_;
    Scripts scripts_{server.dialect(), options};
    StatefulCode stateful_code_;
    /// Of an empty plan: what is counted by file is tested with whole applications.
    SharedProgress shared_{Plan{}, request.progress, true};
    Context context_{job(), scripts_, stateful_code_, shared_};
};

/// What `work` throws; fails when it does not.
template <typename Work>
Error thrown_by(Work&& work) {
    try {
        work();
    } catch (const Error& error) {
        return error;
    }
    ADD_FAILURE() << "nothing was thrown";
    return {ErrorKind::Internal, ""};
}

}  // namespace migrator::db::sql::apply
