#include "coordinator/detached_runs.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/number.hpp"

namespace migrator::coordinator {
namespace {

/// A process writes each of its runs every second or so; one that was silent for so long is gone.
constexpr std::chrono::seconds kGone{60};

std::string gone_answer(const db::RunRecord& run) {
    return fmt::format(
        R"({{"error":"the process that executes this run has not reported for {} s and )"
        R"(was probably stopped; check the versions and the status before repeating the run"}})",
        run.silent_for.count()
    );
}

/// The `seq` at the end of what `DetachedRun::snapshot` wrote; 0 in records of older releases.
std::uint64_t newest_event(std::string_view progress) {
    constexpr std::string_view kMark = R"(,"seq":)";
    const auto begin = progress.rfind(kMark);
    if (begin == std::string_view::npos || !progress.ends_with('}')) return 0;
    progress.remove_suffix(1);
    return parse_number<std::uint64_t>(progress.substr(begin + kMark.size())).value_or(0);
}

}  // namespace

DetachedRuns::DetachedRuns(
    Dependencies dependencies,
    std::chrono::milliseconds lock_timeout,
    std::stop_token stop,
    std::chrono::milliseconds beat
)
    : dependencies_(std::move(dependencies)),
      records_(dependencies_.connector.run_records()),
      lock_timeout_(lock_timeout),
      stop_(std::move(stop)),
      beat_every_(beat),
      beater_([this](const std::stop_token& ends) { this->beat(ends); }) {}

std::shared_ptr<DetachedRun> DetachedRuns::prepare(std::string id, std::string request) const {
    return std::make_shared<DetachedRun>(
        db::RunRecord{
            .id = std::move(id),
            .state = "queued",
            .request = std::move(request),
            .progress = "{}",
            .owner = dependencies_.owner,
            .started = dependencies_.clock(),
        },
        dependencies_.clock
    );
}

std::shared_ptr<DetachedRun> DetachedRuns::here(const std::string& id) {
    const std::lock_guard lock(mutex_);
    const auto found = here_.find(id);
    return found == here_.end() ? nullptr : found->second;
}

std::string DetachedRuns::state_to_show(const db::RunRecord& known, const db::RunRecord& wanted)
    const {
    if (known.request != wanted.request) {
        throw Error(
            ErrorKind::InvalidRequest,
            fmt::format("the ID {} belongs to another request; send a new X-Request-ID", wanted.id)
        );
    }
    return view(known).state;
}

std::optional<std::string> DetachedRuns::known_state(const DetachedRun& run) {
    const db::RunRecord wanted = run.snapshot();
    // SQLite has one writer: a run that works here must not keep its own id from being known.
    if (const auto known = here(wanted.id)) return state_to_show(known->snapshot(), wanted);
    const auto known = records_.find(wanted.id);
    if (!known) return std::nullopt;
    return state_to_show(*known, wanted);
}

std::optional<std::string> DetachedRuns::record(const std::shared_ptr<DetachedRun>& run) {
    const db::RunRecord wanted = run->snapshot();
    Patience patience(dependencies_.time, lock_timeout_, stop_);
    while (true) {
        if (const auto known = here(wanted.id)) return state_to_show(known->snapshot(), wanted);
        bool has_tables = true;
        try {
            switch (records_.insert(wanted)) {
                case db::RunRecords::Insertion::Inserted: {
                    const std::lock_guard lock(mutex_);
                    here_[wanted.id] = run;
                    return std::nullopt;
                }
                case db::RunRecords::Insertion::Exists:
                    if (auto state = known_state(*run)) return state;
                    continue;  // deleted meanwhile: try again
                case db::RunRecords::Insertion::NoTable:
                    has_tables = false;
            }
        } catch (const Error& error) {
            // SQLite: the file belongs to another run, as the lock does.
            if (error.kind() != ErrorKind::Busy || patience.is_over()) throw;
        }
        if (!has_tables) {
            // A run that begins makes all of migrator's tables.
            if (dependencies_.connector.try_begin_run(dependencies_.us(wanted.id, {}))) continue;
            if (patience.is_over()) give_up(dependencies_.connector, patience);
        }
        patience.pause();
    }
}

void DetachedRuns::finish(DetachedRun& run, int status, std::string answer) {
    run.finish(status, std::move(answer), dependencies_.clock());
    if (!run.write(records_)) return;  // the beater will
    const std::string id = run.snapshot().id;
    const std::lock_guard lock(mutex_);
    here_.erase(id);
}

DetachedRunView DetachedRuns::find(const std::string& id) {
    // What this process works on, it knows best; and it knows it without the database.
    if (const auto known = here(id)) return view(known->snapshot());
    const auto stored = records_.find(id);
    if (!stored) throw Error(ErrorKind::NotFound, fmt::format("run {} does not exist", id));
    return view(*stored);
}

DetachedRuns::Events DetachedRuns::events(const std::string& id, std::uint64_t since) {
    if (const auto known = here(id)) {
        // Events first: none of them is newer than the run that is shown with them.
        RunEvents::Since events = known->events_since(since);
        const db::RunRecord stored = known->snapshot();
        return {.run = view(stored), .since = std::move(events)};
    }
    const auto stored = records_.find(id);
    if (!stored) throw Error(ErrorKind::NotFound, fmt::format("run {} does not exist", id));
    const std::uint64_t newest = newest_event(stored->progress);
    return {
        .run = view(*stored), .since = {.newest = newest, .whole = newest != since, .events = {}}};
}

void DetachedRuns::read(const std::function<void(const DetachedRunView&)>& run) {
    records_.read([&](const db::RunRecord& stored) {
        const auto known = here(stored.id);
        run(view(known ? known->snapshot() : stored));
    });
}

void DetachedRuns::cancel(const std::string& id) {
    if (const auto known = here(id)) return known->cancel();
    if (!records_.cancel(id)) {
        throw Error(ErrorKind::NotFound, fmt::format("run {} does not exist", id));
    }
}

DetachedRunView DetachedRuns::view(const db::RunRecord& stored) const {
    DetachedRunView view{
        .id = stored.id,
        .state = stored.state,
        .started = stored.started,
        .ended = stored.ended,
        .progress = stored.progress,
        .status = stored.status,
        .answer = stored.answer,
        .request = stored.request,
    };
    if (stored.ended) return view;
    if (stored.silent_for > kGone) {
        constexpr int kFailed = 500;
        view.state = "failed";
        view.status = kFailed;
        view.answer = gone_answer(stored);
    } else if (stored.cancel) {
        view.state = "cancelling";
    }
    return view;
}

void DetachedRuns::beat(const std::stop_token& stop) {
    for (bool last = false; !last;) {
        Time::sleep(beat_every_, stop);
        last = stop.stop_requested();  // what ended during a beat is written by one more
        beat_once();
    }
}

void DetachedRuns::beat_once() {
    std::vector<std::pair<std::string, std::shared_ptr<DetachedRun>>> runs;
    {
        const std::lock_guard lock(mutex_);
        runs.assign(here_.begin(), here_.end());
    }
    for (const auto& [id, run] : runs) {
        if (!run->write(records_)) continue;
        const std::lock_guard lock(mutex_);
        here_.erase(id);
    }
}

}  // namespace migrator::coordinator
