#include "coordinator/coordinator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "coordinator/pause.hpp"
#include "coordinator/run_in_progress.hpp"
#include "core/error.hpp"
#include "core/utf8.hpp"

namespace migrator::coordinator {
namespace {

constexpr std::size_t kMaxName = 200;  // migrator_versions.name

void check_version_name(const std::string& name) {
    if (const auto length = utf8_length(name); length > kMaxName) {
        throw Error(
            ErrorKind::InvalidRequest,
            fmt::format(
                "the version name is {} characters long, at most {} can be recorded",
                length,
                kMaxName
            )
        );
    }
}

}  // namespace

std::string partly_failed_text(const Outcome& outcome) {
    const TenantFailure& first = outcome.failures.front();
    const FleetSummary fleet = outcome.summary.fleet.value_or(FleetSummary{});
    std::string text = fmt::format(
        "{} of {} tenants failed, the first: {}: {}",
        outcome.failures.size(),
        outcome.summary.tenants,
        first.tenant,
        first.message
    );
    if (fleet.tenants_skipped > 0) {
        text += fmt::format(
            "\n{} tenants were left for the next apply: more failed than maxFailures allows",
            fleet.tenants_skipped
        );
    }
    return text;
}

void pause(std::chrono::milliseconds duration, const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any stopped;
    std::unique_lock lock(mutex);
    stopped.wait_for(lock, stop, duration, [] { return false; });
}

Coordinator::Coordinator(Dependencies dependencies, const Options& options)
    : dependencies_(std::move(dependencies)),
      options_(options),
      queue_(options.run_queue),
      running_(std::make_shared<Running>()) {}

std::vector<Migration> Coordinator::files() {
    const auto began = std::chrono::steady_clock::now();
    std::vector<Migration> files = dependencies_.open_loader()->load();
    if (dependencies_.metrics != nullptr) {
        dependencies_.metrics->source_loaded(
            std::chrono::steady_clock::now() - began, files.size()
        );
    }
    return files;
}

void Coordinator::check_selection(const RunRequest& request) const {
    const plan::Selection& tenants = request.tenants;
    const auto refuse = [](const std::string& message) {
        throw Error(ErrorKind::InvalidRequest, message);
    };
    if (tenants.is_everybody()) return;
    if (request.tenant) refuse("a new tenant is created for itself: no tenants can be chosen");
    const bool has_steps = tenants.canary || !tenants.waves.empty();
    if (has_steps && request.action == Action::Sync) {
        refuse("a canary and waves are for files that run, not for a sync");
    }
    if (tenants.canary == 0U) refuse("a canary is of at least one tenant");
    if (!tenants.waves.empty() && dependencies_.connector.atomicity() != db::Atomicity::Tenant) {
        refuse("waves need atomicity: tenant; with atomicity: version there is one transaction");
    }
    if (!tenants.waves.empty() && !dependencies_.connector.has_fleets()) {
        refuse(
            "waves need tenants that are worked for one by one; this database works for groups of "
            "them: leave the waves out, or use a canary and further runs"
        );
    }
}

std::unique_ptr<PendingRun> Coordinator::start(RunRequest request) {
    check_version_name(request.version_name);
    check_selection(request);
    if (request.tenant) SchemaName::parse(*request.tenant);
    return std::make_unique<RunInProgress>(*this, std::move(request));
}

Outcome Coordinator::run(RunRequest request, std::stop_token stop) {
    const auto run = start(std::move(request));
    const std::stop_callback cancel(stop, [&] { run->cancel(); });
    while (!run->advance()) pause(run->wait(), stop);
    return std::move(run->outcome());
}

void Coordinator::cancel_all() {
    const std::lock_guard lock(running_->mutex);
    for (std::stop_source* source : running_->sources) source->request_stop();
}

std::vector<Migration> Coordinator::source_migrations() {
    dependencies_.connector.ping();
    return files();
}

std::unique_ptr<db::AppliedRows> Coordinator::applied_migrations(const db::RowsWanted& wanted) {
    return dependencies_.connector.applied_migrations(wanted);
}

std::vector<std::string> Coordinator::tenants() { return dependencies_.connector.tenants(); }

std::vector<Version> Coordinator::versions(const db::VersionsWanted& wanted) {
    return dependencies_.connector.versions(wanted);
}

std::optional<Version> Coordinator::version(std::int64_t id) {
    auto found = versions({.id = id});
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

bool Coordinator::wait_for_database(std::chrono::milliseconds timeout, std::stop_token stop) {
    constexpr std::chrono::milliseconds kPause{200};
    const auto give_up = std::chrono::steady_clock::now() + timeout;
    while (!stop.stop_requested()) {
        try {
            dependencies_.connector.ping();
            return true;
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::Unavailable) throw;
        }
        if (std::chrono::steady_clock::now() >= give_up) return false;
        pause(kPause, stop);
    }
    throw Error(ErrorKind::Cancelled, "stopped waiting for the database");
}

}  // namespace migrator::coordinator
