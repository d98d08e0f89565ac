#include "db/servers/shared_sink.hpp"

#include <utility>

namespace migrator::db::servers {

SharedSink::SharedSink(
    ProgressSink sink, std::size_t files, std::size_t tenants, std::size_t executions
)
    : sink_(std::move(sink)) {
    all_.files = files;
    all_.tenants = tenants;
    all_.executions = executions;
}

ProgressSink SharedSink::of(std::size_t server) {
    if (!sink_) return nullptr;
    return [this, server](const Progress& progress) { report(server, progress); };
}

void SharedSink::report(std::size_t server, const Progress& progress) {
    const std::lock_guard lock(mutex_);
    Progress& last = last_[server];
    // A server's next step counts from nothing again.
    const auto grown = [](std::size_t now, std::size_t before) {
        return now >= before ? now - before : now;
    };
    all_.executions_done += grown(progress.executions_done, last.executions_done);
    all_.tenants_done += grown(progress.tenants_done, last.tenants_done);
    all_.tenants_failed += grown(progress.tenants_failed, last.tenants_failed);
    last = progress;
    Progress shown = progress;
    shown.files = all_.files;
    shown.tenants = all_.tenants;
    shown.executions = all_.executions;
    shown.executions_done = all_.executions_done;
    shown.tenants_done = all_.tenants_done;
    shown.tenants_failed = all_.tenants_failed;
    sink_(shown);
}

}  // namespace migrator::db::servers
