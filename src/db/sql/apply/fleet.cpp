#include "db/sql/apply/fleet.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "core/error.hpp"
#include "core/log.hpp"
#include "db/sql/apply/worker_limit.hpp"
#include "db/sql/failure.hpp"
#include "db/sql/own_sql.hpp"

namespace migrator::db::sql::apply {
namespace {

constexpr std::chrono::milliseconds kFirstPause{500};
constexpr std::chrono::milliseconds kLongestPause{60'000};
constexpr int kPauseGrows = 3;

std::chrono::milliseconds pause_after(std::size_t failed_tries) {
    auto pause = kFirstPause;
    for (std::size_t i = 1; i < failed_tries && pause < kLongestPause; ++i) pause *= kPauseGrows;
    return std::min(pause, kLongestPause);
}

bool is_listed(std::string_view list, const std::string& sqlstate) {
    return !sqlstate.empty() && list.find(sqlstate) != std::string_view::npos;
}

TenantFailure told(const GroupFailure& failed, const std::string& tenant) {
    return {
        .tenant = tenant,
        .file = failed.migration == nullptr ? std::string() : failed.migration->file,
        .statement = static_cast<std::int64_t>(failed.failure.statement),
        .sqlstate = failed.failure.sqlstate,
        .message = error_of(failed).what()};
}

GroupFailure failure_of(const Error& error, const std::string& tenant) {
    GroupFailure failed{.schema = tenant, .failure = {.message = error.what()}, .error = error};
    // Of our own statements the SQLSTATE stands in the text alone; to repeat them does no harm.
    failed.failure.connection_lost =
        error.kind() == ErrorKind::Unavailable || error.kind() == ErrorKind::Internal;
    return failed;
}

}  // namespace

Fleet::Fleet(
    RunFacts& facts, RunProgress& progress, const std::vector<bool>& outside, std::size_t tenants
)
    : facts_(facts),
      progress_(progress),
      outside_(outside),
      reached_(tenants),
      ends_(tenants, End::Open) {}

std::size_t Fleet::limit() const { return facts_.work.options.max_failures.rounded_down(reached_); }

bool Fleet::has_failed() const {
    const std::lock_guard lock(mutex_);
    return failures_.size() > limit();
}

std::size_t Fleet::tenants_done() const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::ranges::count(ends_, End::Done));
}

std::size_t Fleet::workers_for(std::size_t parts) {
    if (workers_ == 0) {
        workers_ = connectable(allowed_workers(facts_, notes_));
    }
    return std::min(workers_, parts);
}

/// As many workers as the server takes connections of.
std::size_t Fleet::connectable(std::size_t wanted) {
    if (wanted <= 1 || facts_.dialect.free_connections.empty())
        return std::max<std::size_t>(wanted, 1);
    const auto row = query_row(*facts_.work.session, facts_.dialect.free_connections);
    const std::int64_t free = row ? std::max<std::int64_t>(to_integer(row->front()), 0) : 0;
    const std::size_t possible = std::min(wanted, static_cast<std::size_t>(free) + 1);
    if (possible == wanted) return wanted;
    notes_.push_back(fmt::format(
        "parallelism is {}, but the server has room for {} more connections (max_connections): {} "
        "tenants were worked for at once",
        wanted,
        free,
        possible
    ));
    log::answered(log::Level::Warn, notes_.back());
    return possible;
}

void Fleet::run(std::span<const TenantPart> parts) {
    TenantQueue queue(facts_.work.stop);
    std::size_t count = 0;
    for (const TenantPart& part : parts) {
        if (ends_[part.place] == End::Failed) continue;
        queue.add({.part = &part});
        ++count;
    }
    if (count == 0) return;
    const std::size_t workers = workers_for(count);
    if (sessions_.size() + 1 < workers) sessions_.resize(workers - 1);
    // A cancel waits for the tenants in work: of the run's own session, too.
    facts_.work.session->watch(facts_.work.lost);
    {
        std::vector<std::jthread> others;
        for (std::size_t i = 1; i < workers; ++i) {
            others.emplace_back([this, i, &queue] {
                const log::RequestScope scope(facts_.request.request_id);
                work(i, sessions_[i - 1], queue);
            });
        }
        work(0, facts_.work.session, queue);
    }
    if (fatal_) std::rethrow_exception(fatal_);
    auto& own = facts_.work.session;
    const bool may_connect = !facts_.dialect.works_on_lock_session;
    if (may_connect && (!own || own->is_lost())) own = facts_.further_session(0, facts_.work.stop);
    facts_.work.session->watch(facts_.work.stop);
}

void Fleet::work(std::size_t number, std::unique_ptr<Session>& session, TenantQueue& queue) {
    try {
        GroupWorker worker(
            facts_, progress_, session, {.number = number, .stop = facts_.work.lost, .alone = false}
        );
        while (const auto item = queue.take()) attempt(worker, session, queue, *item);
    } catch (...) {
        end_run(queue, std::current_exception());
    }
}

void Fleet::end_run(TenantQueue& queue, std::exception_ptr error) {
    {
        const std::lock_guard lock(mutex_);
        if (!fatal_) fatal_ = std::move(error);
    }
    queue.close();
}

void Fleet::attempt(
    GroupWorker& worker, std::unique_ptr<Session>& session, TenantQueue& queue, Item item
) {
    const TenantPart& part = *item.part;
    std::vector<Group> groups = groups_of(part, facts_.plan, outside_);
    for (; item.next_group < groups.size(); ++item.next_group, item.files_done = 0) {
        Group& group = groups[item.next_group];
        const auto rest = group.files.begin() + static_cast<std::ptrdiff_t>(item.files_done);
        group.files.erase(group.files.begin(), rest);
        group.is_repeated = item.failed_tries > 0;
        const auto failed = run_group(worker, session, group);
        if (!failed) continue;
        item.files_done += failed->done;
        const bool again = may_pass(group, *failed, item);
        // Where DDL commits the state row is in doubt about the file, and this run may end before
        // the next try.
        if (!again || failed->failure.may_repeat) worker.write_failed(group, *failed);
        if (again) return repeat(queue, item, *failed);
        if (note_failure(part, *failed)) queue.close();
        return queue.done();
    }
    if (part.last) {
        const std::lock_guard lock(mutex_);
        ends_[part.place] = End::Done;
    }
    queue.done();
}

/// A failure of whatever kind is the tenant's own, but for what says that the run is over.
std::optional<GroupFailure> Fleet::run_group(
    GroupWorker& worker, std::unique_ptr<Session>& session, const Group& group
) {
    const auto lock_is_lost = [&] { return facts_.work.lock.lost(); };
    bool has_begun = false;
    try {
        const bool has_session = session && !session->is_lost();
        if (lock_is_lost()) {
            throw Error(ErrorKind::Unavailable, "the connection that holds the lock was lost");
        }
        if (!has_session) {
            session.reset();
            session = facts_.further_session(worker.number(), facts_.work.lost);
        }
        has_begun = true;
        auto failed = worker.run(group);
        // What was cancelled because the lock is gone is no failure of the tenant.
        if (failed && lock_is_lost()) throw error_of(*failed);
        return failed;
    } catch (const Error& error) {
        const bool ends_run = error.kind() == ErrorKind::Locked ||
                              error.kind() == ErrorKind::Cancelled || worker.has_lost_track();
        if (ends_run || lock_is_lost()) throw;
        GroupFailure failed = failure_of(error, group.tenant);
        failed.has_begun = has_begun;
        return failed;
    }
}

/// What passes by itself: a lock that was not free in time, a deadlock, a connection that broke.
/// Never of a file some of whose statements stay.
bool Fleet::may_pass(const Group& group, const GroupFailure& failed, const Item& item) const {
    if (item.failed_tries >= facts_.work.options.retries) return false;
    const Failure& failure = failed.failure;
    if (failure.may_repeat) return true;
    const bool may_stay = !group.in_transaction || facts_.commits_each_file;
    if (failed.has_begun && may_stay) return false;
    return failure.connection_lost || is_listed(facts_.dialect.passing_sqlstates, failure.sqlstate);
}

void Fleet::repeat(TenantQueue& queue, Item item, const GroupFailure& failed) {
    ++item.failed_tries;
    const auto pause = pause_after(item.failed_tries);
    log::warn(
        fmt::format(
            "Tenant {} will be tried again in {} ms ({} of {}): {}",
            *item.part->tenant,
            pause.count(),
            item.failed_tries,
            facts_.work.options.retries,
            error_of(failed).what()
        ),
        {{"tenant", *item.part->tenant}}
    );
    {
        const std::lock_guard lock(mutex_);
        ++retries_;
    }
    queue.repeat(item, pause);
}

bool Fleet::note_failure(const TenantPart& part, const GroupFailure& failed) {
    TenantFailure failure = told(failed, *part.tenant);
    log::answered(
        log::Level::Error,
        fmt::format("Tenant {} failed: {}", failure.tenant, failure.message),
        {{"tenant", failure.tenant}, {"file", failure.file}}
    );
    progress_.tenant_failed();
    const std::lock_guard lock(mutex_);
    ends_[part.place] = End::Failed;
    failures_.push_back(std::move(failure));
    return failures_.size() > limit();
}

}  // namespace migrator::db::sql::apply
