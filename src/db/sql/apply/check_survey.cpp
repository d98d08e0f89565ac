#include "db/sql/apply/check_survey.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <iterator>
#include <mutex>
#include <thread>
#include <tuple>
#include <unordered_map>

#include "core/error.hpp"
#include "db/sql/apply/checks.hpp"
#include "db/sql/apply/scripts.hpp"
#include "db/sql/transaction.hpp"

namespace migrator::db::sql::apply {
namespace {

constexpr std::chrono::seconds kPatience{60};  // for a check, where no limit is configured

class Survey {
public:
    Survey(Server& server, const Options& options, const Plan& plan)
        : server_(server),
          dialect_(server.dialect()),
          plan_(plan),
          scripts_(dialect_, options),
          settings_{
              .statement_timeout = options.statement_timeout.value_or(kPatience),
              .lock_timeout = options.ddl_lock_timeout.value_or(kPatience),
              .role = options.set_role} {
        std::unordered_map<std::string, std::size_t> places;
        for (std::size_t file = 0; file < plan.files.size(); ++file) {
            const PlannedFile& planned = plan.files[file];
            if (planned.migration->contents.find("migrator:check") == std::string::npos) continue;
            for (const std::string& schema : *planned.schemas) {
                const auto [place, is_new] = places.try_emplace(schema, tasks_.size());
                if (is_new) tasks_.push_back({.schema = schema});
                tasks_[place->second].files.push_back(file);
            }
        }
    }

    CheckReport run(std::size_t workers) {
        workers = std::min(std::max<std::size_t>(workers, 1), tasks_.size());
        std::vector<std::thread> threads;
        for (std::size_t i = 1; i < workers; ++i) threads.emplace_back([this] { work(); });
        if (workers > 0) work();
        for (std::thread& thread : threads) thread.join();
        if (failure_) std::rethrow_exception(failure_);
        return report();
    }

private:
    struct Found {
        std::size_t file = 0;  ///< of the plan
        FailedCheck check;
    };
    struct Task {
        std::string schema;
        std::vector<std::size_t> files{};  ///< of the plan
        std::size_t asked = 0;
        std::vector<Found> failed{};
    };

    void work() noexcept try {
        const auto session = server_.connect();
        for (std::size_t i = next_++; i < tasks_.size() && !stopped_; i = next_++) {
            ask(*session, tasks_[i]);
        }
    } catch (...) {
        const std::lock_guard lock(mutex_);
        if (!failure_) failure_ = std::current_exception();
        stopped_ = true;
    }

    void ask(Session& session, Task& task) {
        session.use_schemas(std::vector<std::string>{task.schema});
        for (const std::size_t file : task.files) {
            // One for each file: an error may leave a transaction that nothing else works in.
            std::optional<Transaction> transaction;
            if (!dialect_.transactions_lock_out) transaction.emplace(session, settings_, "");
            ask(session, task, file);
        }
    }

    void ask(Session& session, Task& task, std::size_t file) {
        const Migration& migration = *plan_.files[file].migration;
        const auto add = [&](const CheckText& check, const std::string& why) {
            task.failed.push_back(
                {file,
                 {.file = migration.file,
                  .line = check.line,
                  .check = check.shown(),
                  .schema = task.schema,
                  .why = why}}
            );
        };
        const PreparedScript prepared =
            scripts_.prepare(migration, task.schema, session.standard_conforming_strings());
        std::string problem = prepared.script->problem;
        if (problem.empty()) problem = check_problem(prepared, dialect_.lexis);
        if (!problem.empty()) return add({}, problem);
        Checker checker(session, dialect_, settings_.role);
        for (const CheckText& check : checks_of(prepared)) {
            ++task.asked;
            if (const auto why = checker.why_not(check.sql)) add(check, *why);
        }
    }

    CheckReport report() {
        CheckReport report;
        std::vector<Found> all;
        for (Task& task : tasks_) {
            report.asked += task.asked;
            std::ranges::move(task.failed, std::back_inserter(all));
        }
        std::ranges::stable_sort(all, [](const Found& a, const Found& b) {
            return std::tie(a.file, a.check.line) < std::tie(b.file, b.check.line);
        });
        for (Found& found : all) report.failed.push_back(std::move(found.check));
        return report;
    }

    Server& server_;
    const Dialect& dialect_;
    const Plan& plan_;
    Scripts scripts_;
    const WorkSettings settings_;
    std::vector<Task> tasks_;
    std::atomic<std::size_t> next_ = 0;
    std::atomic<bool> stopped_ = false;
    std::mutex mutex_;
    std::exception_ptr failure_;
};

}  // namespace

CheckReport survey_checks(Server& server, const Options& options, const Plan& plan) {
    return Survey(server, options, plan).run(options.parallelism);
}

}  // namespace migrator::db::sql::apply
