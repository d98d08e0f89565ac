#include "coordinator/run_events.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/json_text.hpp"

namespace migrator::coordinator {
namespace {

/// What the server does not say is left out.
std::string blocker_json(const Blocker& blocker) {
    std::string json = fmt::format(R"({{"session":{})", json_string(blocker.session));
    const auto add = [&](const char* name, const std::string& value) {
        if (!value.empty()) json += fmt::format(R"(,"{}":{})", name, json_string(value));
    };
    add("user", blocker.user);
    add("address", blocker.address);
    add("program", blocker.program);
    if (blocker.since) json += fmt::format(R"(,"seconds":{})", blocker.since->count());
    add("state", blocker.state);
    add("statement", blocker.statement);
    if (blocker.is_ours) json += R"(,"ofThisRun":true)";
    return json + "}";
}

std::string wait_json(const Wait& wait) {
    std::string blockers;
    for (const Blocker& blocker : wait.blockers) {
        blockers += (blockers.empty() ? "" : ",") + blocker_json(blocker);
    }
    return fmt::format(
        R"({{"what":{},"guess":{},"sessions":[{}]}})",
        json_string(wait.what),
        wait.is_guess,
        blockers
    );
}

std::string shortened(const std::string& text) {
    return json_string(std::string_view(text).substr(0, RunEvents::kLongestText));
}

bool is_same(const LongStatement& left, const LongStatement& right) {
    return left.schema == right.schema && left.file == right.file && left.line == right.line &&
           left.since == right.since && left.wait == right.wait;
}

}  // namespace

std::string statement_json(const LongStatement& statement) {
    return fmt::format(
        R"({{"file":{},"schema":{},"line":{},"statement":{},"since":{}{}}})",
        json_string(statement.file),
        json_string(statement.schema),
        statement.line,
        json_string(statement.statement.empty() ? statement.about : statement.statement),
        json_string(format_rfc3339(std::chrono::floor<std::chrono::seconds>(statement.since))),
        statement.wait ? R"(,"waitsFor":)" + wait_json(*statement.wait) : ""
    );
}

void RunEvents::add(const std::string& members) {
    const TimePoint now = clock_ ? clock_() : TimePoint();
    kept_.push_back(fmt::format(
        R"({{"seq":{},"time":{},{}}})", ++newest_, json_string(format_rfc3339(now)), members
    ));
    if (kept_.size() > kMost) kept_.pop_front();
}

void RunEvents::progressed(const Progress& progress) {
    if (progress.phase != phase_ || progress.about != about_) {
        phase_ = progress.phase;
        about_ = progress.about;
        const std::string about = about_.empty() ? "" : R"(,"about":)" + shortened(about_);
        add(fmt::format(R"("type":"phase","phase":{}{})", json_string(phase_), about));
    }
    if (progress.wave != wave_) {
        wave_ = progress.wave;
        add(fmt::format(
            R"("type":"wave","wave":{},"of":{},"tenants":{})",
            wave_,
            progress.waves,
            progress.wave_end - progress.wave_begin
        ));
    }
    for (const std::string& tenant : progress.done_now) {
        add(fmt::format(R"("type":"tenantDone","tenant":{})", json_string(tenant)));
    }
    for (const TenantFailure& failure : progress.failed_now) {
        add(fmt::format(
            R"("type":"tenantFailed","tenant":{},"file":{},"statement":{},"sqlstate":{},)"
            R"("message":{})",
            json_string(failure.tenant),
            json_string(failure.file),
            failure.statement,
            json_string(failure.sqlstate),
            shortened(failure.message)
        ));
    }
    for (const LongStatement& statement : progress.long_statements) {
        const bool is_known = std::ranges::any_of(long_statements_, [&](const auto& known) {
            return is_same(known, statement);
        });
        if (is_known) continue;
        const std::string json = statement_json(statement);
        add(R"("type":"statement",)" + json.substr(1, json.size() - 2));
    }
    long_statements_ = progress.long_statements;
    if (!progress.news.empty()) {
        add(fmt::format(
            R"("type":"news","text":{},"warning":{})", shortened(progress.news), progress.is_warning
        ));
    }
}

void RunEvents::ended(std::string_view state, int status) {
    add(fmt::format(R"("type":"ended","state":{},"status":{})", json_string(state), status));
}

RunEvents::Since RunEvents::since(std::uint64_t since) const {
    Since answer{.newest = newest_};
    if (since >= newest_) {
        answer.whole = since > newest_;  // of another run of the same name, or made up
        return answer;
    }
    const std::uint64_t wanted = newest_ - since;
    answer.whole = wanted > kept_.size();
    const auto count = std::min<std::uint64_t>(wanted, kept_.size());
    answer.events.assign(kept_.end() - static_cast<std::ptrdiff_t>(count), kept_.end());
    return answer;
}

}  // namespace migrator::coordinator
