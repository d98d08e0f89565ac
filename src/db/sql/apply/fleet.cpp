#include "db/sql/apply/fleet.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <thread>

#include "core/error.hpp"
#include "core/log.hpp"
#include "db/sql/apply/states.hpp"
#include "db/sql/apply/worker_limit.hpp"

namespace migrator::db::sql::apply {
namespace {

constexpr std::chrono::milliseconds kLongestPause{60'000};
constexpr int kPauseGrows = 3;

/// Anything up to a limit that grows: those that failed together don't meet again.
std::chrono::milliseconds pause_after(
    std::size_t failed_tries, std::chrono::milliseconds first_limit
) {
    auto limit = first_limit;
    for (std::size_t i = 1; i < failed_tries && limit < kLongestPause; ++i) limit *= kPauseGrows;
    thread_local std::minstd_rand random{std::random_device{}()};
    using Count = std::chrono::milliseconds::rep;
    std::uniform_int_distribution<Count> up_to(0, std::min(limit, kLongestPause).count());
    return std::chrono::milliseconds(up_to(random));
}

/// A deadlock or a serialization failure, or a lock of another worker: two transactions were in
/// each other's way. Of our own statements nobody knows better.
bool is_collision(const UnitFailure& failed) {
    const std::string& sqlstate = failed.failure.sqlstate;
    const bool is_own = failed.error && failed.error->kind() == ErrorKind::Internal;
    return sqlstate == "40001" || sqlstate == "40P01" || is_own || failed.met_ours;
}

bool is_listed(std::string_view list, const std::string& sqlstate) {
    return !sqlstate.empty() && list.find(sqlstate) != std::string_view::npos;
}

TenantFailure told(const UnitFailure& failed, const std::string& tenant) {
    return {
        .tenant = tenant,
        .file = failed.migration == nullptr ? std::string() : failed.migration->file,
        .statement = static_cast<std::int64_t>(failed.failure.statement),
        .sqlstate = failed.failure.sqlstate,
        .message = error_of(failed).what()};
}

UnitFailure failure_of(const Error& error, const std::string& tenant) {
    UnitFailure failed{.schema = tenant, .failure = {.message = error.what()}, .error = error};
    // Of our own statements the SQLSTATE stands in the text alone; to repeat them does no harm.
    failed.failure.connection_lost =
        error.kind() == ErrorKind::Unavailable || error.kind() == ErrorKind::Internal;
    return failed;
}

}  // namespace

Fleet::Fleet(const Context& context, std::unique_ptr<Session>& session, std::size_t tenants)
    : context_(context), session_(session), reached_(tenants), ends_(tenants, End::Open) {}

std::size_t Fleet::limit() const {
    const std::size_t before = context_.request.failed_before;
    const Share most = context_.request.max_failures.value_or(context_.options.max_failures);
    const std::size_t limit = most.rounded_down(reached_ + before);
    return limit - std::min(limit, before);
}

bool Fleet::has_failed() const {
    if (const auto* shared = context_.request.shared_failures) return shared->is_over();
    const std::lock_guard lock(mutex_);
    return failures_.size() > limit();
}

std::size_t Fleet::tenants_done() const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::ranges::count(ends_, End::Done));
}

void Fleet::run(std::span<const TenantPart> parts) {
    TenantQueue queue(context_.stop);
    std::size_t count = 0;
    for (const TenantPart& part : parts) {
        if (ends_[part.place] == End::Failed) continue;
        queue.add({.part = &part});
        ++count;
    }
    if (count == 0) return;
    if (workers_ == 0) workers_ = allowed_workers(context_, *session_, notes_);
    const std::size_t workers = std::min(workers_, count);
    if (sessions_.size() + 1 < workers) sessions_.resize(workers - 1);
    // A cancel waits for the tenants in work: of the run's own session, too.
    session_->watch(context_.lost);
    {
        std::vector<std::jthread> others;
        for (std::size_t i = 1; i < workers; ++i) {
            others.emplace_back([this, i, &queue] {
                const log::RequestScope scope(context_.request.request_id);
                work({context_, sessions_[i - 1], i, context_.lost, false}, queue);
            });
        }
        work({context_, session_, 0, context_.lost, false}, queue);
    }
    if (fatal_) std::rethrow_exception(fatal_);
    if (!session_ || session_->is_lost()) {
        session_ = context_.connect(0, context_.stop);
    }
    session_->watch(context_.stop);
}

void Fleet::work(const Worker& worker, TenantQueue& queue) {
    try {
        UnitRunner runner(worker);
        while (const auto item = queue.take()) {
            attempt(runner, queue, *item);
            const auto* shared = context_.request.shared_failures;
            if (shared != nullptr && shared->is_over()) queue.close();
        }
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

void Fleet::attempt(UnitRunner& runner, TenantQueue& queue, Item item) {
    const TenantPart& part = *item.part;
    std::vector<Unit> units = units_of(
        part, context_.plan, context_.outside_transaction, context_.atomicity() == Atomicity::File
    );
    for (; item.next_unit < units.size(); ++item.next_unit, item.files_done = 0) {
        Unit& unit = units[item.next_unit];
        const auto rest = unit.files.begin() + static_cast<std::ptrdiff_t>(item.files_done);
        unit.files.erase(unit.files.begin(), rest);
        unit.is_repeated = item.failed_tries > 0;
        const auto failed = run(runner, unit);
        if (!failed) continue;
        item.files_done += failed->done;
        const bool again = may_pass(unit, *failed, item);
        // Where DDL commits the state row is in doubt about the file, and this run may end before
        // the next try.
        if (!again || failed->failure.may_repeat) write_failed(runner.worker(), unit, *failed);
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
std::optional<UnitFailure> Fleet::run(UnitRunner& runner, const Unit& unit) {
    const Worker& worker = runner.worker();
    const auto lock_is_lost = [&] { return context_.lock.lost(); };
    bool has_begun = false;
    std::optional<UnitFailure> failed;
    try {
        if (lock_is_lost()) {
            throw Error(
                ErrorKind::Unavailable, "the connection that holds the migration lock was lost"
            );
        }
        worker.connect_again();
        has_begun = true;
        failed = runner.run(unit);
    } catch (const Error& error) {
        const bool ends_run =
            error.kind() == ErrorKind::Locked || error.kind() == ErrorKind::Cancelled;
        if (ends_run || lock_is_lost()) throw;
        failed = failure_of(error, unit.tenant);
        failed->has_begun = has_begun;
        return failed;
    }
    // What was cancelled because the lock is gone is no failure of the tenant.
    if (failed && (failed->outcome_unknown || lock_is_lost())) throw error_of(*failed);
    return failed;
}

/// What passes by itself: a lock that was not free in time, a deadlock, a connection that broke.
/// Never of a file some of whose statements stay.
bool Fleet::may_pass(const Unit& unit, const UnitFailure& failed, const Item& item) {
    if (item.failed_tries >= context_.options.retries) return false;
    const Failure& failure = failed.failure;
    const bool may_stay = !unit.in_transaction || context_.commits_each_file;
    if (!failure.may_repeat && failed.has_begun && may_stay) return false;
    if (failure.connection_lost) return true;
    const bool passes =
        failure.may_repeat || is_listed(context_.dialect.passing_sqlstates, failure.sqlstate);
    return passes && (is_collision(failed) || may_wait_for_others());
}

/// When the locks of others stop tenant after tenant, they won't be free soon, and each try waits
/// for them: the whole run has so many, and each worker's tenants have theirs in any case.
bool Fleet::may_wait_for_others() {
    constexpr std::size_t kOneOf = 4;
    const std::size_t most = context_.options.retries * (workers_ + ends_.size() / kOneOf);
    const std::lock_guard lock(mutex_);
    if (waits_ < most) return ++waits_ > 0;
    if (waits_ == most) {
        ++waits_;
        notes_.push_back(fmt::format(
            "{} retries for locks that were not free in time were made; tenants that met one after "
            "that were not retried",
            most
        ));
    }
    return false;
}

void Fleet::repeat(TenantQueue& queue, Item item, const UnitFailure& failed) {
    ++item.failed_tries;
    // Who collides when nothing else is in work has met somebody else's transaction.
    item.alone = is_collision(failed) && !item.alone;
    const auto pause = item.alone ? std::chrono::milliseconds(0)
                                  : pause_after(item.failed_tries, context_.first_pause);
    log::warn(
        fmt::format(
            "Tenant {} failed, next attempt in {} ms{} (retry {} of {}): {}",
            *item.part->tenant,
            pause.count(),
            item.alone ? ", while no other tenant is in progress" : "",
            item.failed_tries,
            context_.options.retries,
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

bool Fleet::note_failure(const TenantPart& part, const UnitFailure& failed) {
    TenantFailure failure = told(failed, *part.tenant);
    log::answered(
        log::Level::Error,
        fmt::format("Tenant {} failed: {}", failure.tenant, failure.message),
        {{"tenant", failure.tenant}, {"file", failure.file}}
    );
    context_.progress.tenant_failed(failure);
    const std::lock_guard lock(mutex_);
    ends_[part.place] = End::Failed;
    failures_.push_back(std::move(failure));
    SharedFailures* shared = context_.request.shared_failures;
    if (shared == nullptr) return failures_.size() > limit();
    // With a server that has gone its tenants go: that is one failure, and not theirs.
    if (!failed.failure.connection_lost) shared->add();
    return shared->is_over();
}

}  // namespace migrator::db::sql::apply
