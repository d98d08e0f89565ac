#include "coordinator/coordinator.hpp"

#include <fmt/format.h>

#include "coordinator/version_change.hpp"
#include "core/error.hpp"
#include "core/log.hpp"
#include "core/utf8.hpp"

namespace migrator::coordinator {
namespace {

constexpr std::size_t kMaxName = 200;  // migrator_versions.name

void check_version_name(const std::string& name) {
    if (const auto length = utf8_length(name); length > kMaxName) {
        throw Error(
            ErrorKind::InvalidRequest,
            fmt::format("the version name has {} characters, the limit is {}", length, kMaxName)
        );
    }
}

}  // namespace

Coordinator::Coordinator(Dependencies dependencies, const Options& options)
    : dependencies_(std::move(dependencies)),
      options_(options),
      inspection_(dependencies_, options_),
      drift_(dependencies_, inspection_, options_),
      audit_(dependencies_, options_),
      corrections_(dependencies_, inspection_, audit_, options_),
      line_(options.run_queue) {}

void Coordinator::check_selection(const VersionRequest& request) const {
    const plan::Selection& tenants = request.tenants;
    const auto refuse = [](const std::string& message) {
        throw Error(ErrorKind::InvalidRequest, message);
    };
    if (tenants.is_everybody()) return;
    plan::check_names(tenants.names);
    if (request.tenant) refuse("creating a tenant cannot be combined with a choice of tenants");
    const bool has_steps = tenants.canary || !tenants.waves.empty();
    if (has_steps && request.action == Action::Sync) {
        refuse("a sync runs no files, so a canary or waves cannot be used");
    }
    if (tenants.canary && tenants.canary->value == 0)
        refuse("the canary must have at least one tenant");
    for (std::size_t i = 1; i < tenants.waves.size(); ++i) {
        const Share& before = tenants.waves[i - 1];
        const Share& wave = tenants.waves[i];
        if (before.is_percent != wave.is_percent || before.value < wave.value) continue;
        refuse("waves are cumulative, so each must be larger than the one before it: 10%, 50%, 100%"
        );
    }
    if (!tenants.waves.empty() && dependencies_.connector.atomicity() == db::Atomicity::Version) {
        refuse(
            "waves need atomicity: tenant or file, because atomicity: version applies a version "
            "in one transaction"
        );
    }
    if (!tenants.waves.empty() && !dependencies_.connector.has_fleets()) {
        refuse(
            "waves are not supported on this database, which applies files to groups of tenants; "
            "use a canary, then further runs"
        );
    }
}

std::unique_ptr<Line::Place> Coordinator::enter(const VersionRequest& request) try {
    return checked_place(request);
} catch (const Error& error) {
    if (!request.dry_run) audit_.not_begun(request.asker, change_of(request), error.what());
    throw;
}

std::unique_ptr<Line::Place> Coordinator::checked_place(const VersionRequest& request) {
    check_version_name(request.version_name);
    check_selection(request);
    if (request.tenant) SchemaName::parse(*request.tenant);
    return line_.enter();
}

Outcome Coordinator::create_version(const VersionRequest& request) {
    return create_version(request, enter(request));
}

Outcome Coordinator::create_version(
    const VersionRequest& request, std::unique_ptr<Line::Place> place
) {
    std::stop_source stop;
    const auto cancel = [&stop] { stop.request_stop(); };
    const std::stop_callback by_caller(request.stop, cancel);
    const std::stop_callback by_end(stop_.get_token(), cancel);
    VersionRun run(
        dependencies_, inspection_, audit_, options_, request, std::move(place), stop.get_token()
    );
    return run.run();
}

std::vector<Migration> Coordinator::source_migrations() {
    dependencies_.connector.ping();
    return inspection_.files();
}

std::unique_ptr<db::AppliedRows> Coordinator::applied_migrations(const db::RowsWanted& wanted) {
    return dependencies_.connector.applied_migrations(wanted);
}

TenantList Coordinator::tenant_list() { return dependencies_.connector.tenant_list(); }

std::vector<std::string> Coordinator::tenants() {
    TenantList list = tenant_list();
    for (const BadTenant& bad : list.bad) log::warn(bad.message);
    return std::move(list.names);
}

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
        dependencies_.time.pause(kPause, stop);
    }
    throw Error(ErrorKind::Cancelled, "stopped waiting for the database");
}

}  // namespace migrator::coordinator
