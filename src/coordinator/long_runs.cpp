#include "coordinator/long_runs.hpp"

#include <fmt/format.h>

#include "coordinator/lock_wait.hpp"
#include "coordinator/long_run_here.hpp"
#include "coordinator/pause.hpp"
#include "core/error.hpp"
#include "core/log.hpp"
#include "core/random_id.hpp"

namespace migrator::coordinator {
namespace {

/// A process writes each of its runs every second or so; one that was silent for so long is gone.
constexpr std::chrono::seconds kGone{60};

std::string gone_answer(const db::StoredRun& run) {
    return fmt::format(
        R"({{"error":"the process that worked on this run has not been heard of for {} s: it was )"
        R"(probably stopped; look at the versions and at the status before you repeat it"}})",
        run.silent_for.count()
    );
}

}  // namespace

/// The end of the object that works on a run: what it leaves is written by the beater.
class LongRuns::LongRunHere : public LongRun {
public:
    LongRunHere(LongRuns& runs, std::shared_ptr<Active> active, std::string id)
        : runs_(runs), active_(std::move(active)), id_(std::move(id)) {}

    ~LongRunHere() override {
        if (active_->has_ended()) return;
        constexpr int kFailed = 500;
        finish(kFailed, R"({"error":"the run was given up"})", false);
    }
    LongRunHere(const LongRunHere&) = delete;
    LongRunHere& operator=(const LongRunHere&) = delete;

    void finish(int status, std::string answer, bool cancelled) override {
        active_->finish(status, std::move(answer), cancelled, runs_.clock_());
        if (!active_->write(runs_.connector_)) return;
        const std::lock_guard lock(runs_.mutex_);
        runs_.active_.erase(id_);
    }

private:
    LongRuns& runs_;
    const std::shared_ptr<Active> active_;
    const std::string id_;
};

class LongRuns::AdmissionInProgress : public Admission {
public:
    AdmissionInProgress(LongRuns& runs, db::StoredRun run)
        : runs_(runs),
          run_(std::move(run)),
          wait_(kFirstPause),
          active_(std::make_shared<Active>(run_)) {}

    ProgressSink sink() override {
        return [active = active_](const Progress& progress) { active->progressed(progress); };
    }
    std::stop_token stop() const override { return active_->stop(); }

    bool is_known() override { return compare_with_stored(); }

    bool advance() override {
        // SQLite has one writer: a run that works here must not keep its own id from being known.
        if (const auto here = runs_.active(run_.id)) return compare(here->snapshot());
        try {
            switch (runs_.connector_.insert_run(run_)) {
                case db::Connector::Insertion::Inserted:
                    begin();
                    return true;
                case db::Connector::Insertion::Exists:
                    return compare_with_stored();
                case db::Connector::Insertion::NoTable:
                    break;
            }
        } catch (const Error& error) {
            // SQLite: the file belongs to another run, as the lock does.
            if (error.kind() != ErrorKind::Busy || is_late()) throw;
            wait_ = next_pause(wait_);
            return false;
        }
        if (make_tables()) {
            wait_ = std::chrono::milliseconds::zero();
        } else {
            if (is_late()) {
                throw locked_error(runs_.connector_.lock_owner(), runs_.lock_timeout_);
            }
            wait_ = next_pause(wait_);
        }
        return false;
    }
    std::chrono::milliseconds wait() const override { return wait_; }
    std::unique_ptr<LongRun> run() override { return std::move(admitted_); }
    const std::string& state() const override { return run_.state; }

private:
    void begin() {
        {
            const std::lock_guard lock(runs_.mutex_);
            runs_.active_[run_.id] = active_;
        }
        admitted_ = std::make_unique<LongRunHere>(runs_, active_, run_.id);
    }

    bool compare_with_stored() {
        if (const auto here = runs_.active(run_.id)) return compare(here->snapshot());
        const auto known = runs_.connector_.find_run(run_.id);
        return known && compare(*known);  // deleted meanwhile: try again
    }

    bool compare(const db::StoredRun& known) {
        if (known.request != run_.request) {
            throw Error(
                ErrorKind::InvalidRequest,
                fmt::format(
                    "the id {} belongs to another request: send a new X-Request-ID", run_.id
                )
            );
        }
        run_.state = runs_.view(known).state;
        return true;
    }

    bool is_late() const { return std::chrono::steady_clock::now() - began_ > runs_.lock_timeout_; }

    /// A run that begins makes all of migrator's tables. False: another run has the lock.
    bool make_tables() const {
        const auto run = runs_.connector_.try_begin_run(
            {.run_id = random_uuid(),
             .owner = runs_.owner_,
             .request_id = run_.id,
             .version_name = {},
             .since = run_.started}
        );
        return run != nullptr;
    }

    LongRuns& runs_;
    db::StoredRun run_;
    std::chrono::milliseconds wait_;
    const std::shared_ptr<Active> active_;
    const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
    std::unique_ptr<LongRun> admitted_;
};

LongRuns::LongRuns(
    db::Connector& connector,
    Clock clock,
    std::string owner,
    std::chrono::milliseconds lock_timeout,
    std::chrono::milliseconds beat
)
    : connector_(connector),
      clock_(std::move(clock)),
      owner_(std::move(owner)),
      lock_timeout_(lock_timeout),
      beat_every_(beat),
      beater_([this](const std::stop_token& stop) { this->beat(stop); }) {}

LongRuns::~LongRuns() = default;

std::unique_ptr<LongRuns::Admission> LongRuns::admit(std::string id, std::string request) {
    db::StoredRun run{
        .id = std::move(id),
        .state = "queued",
        .request = std::move(request),
        .progress = "{}",
        .owner = owner_,
        .started = clock_(),
    };
    return std::make_unique<AdmissionInProgress>(*this, std::move(run));
}

std::shared_ptr<LongRuns::Active> LongRuns::active(const std::string& id) {
    const std::lock_guard lock(mutex_);
    const auto found = active_.find(id);
    return found == active_.end() ? nullptr : found->second;
}

LongRunView LongRuns::find(const std::string& id) {
    // What this process works on, it knows best; and it knows it without the database.
    if (const auto here = active(id)) return view(here->snapshot());
    const auto stored = connector_.find_run(id);
    if (!stored) throw Error(ErrorKind::NotFound, fmt::format("there is no run {}", id));
    return view(*stored);
}

void LongRuns::read(const std::function<void(const LongRunView&)>& run) {
    connector_.read_runs([&](const db::StoredRun& stored) {
        const auto here = active(stored.id);
        run(view(here ? here->snapshot() : stored));
    });
}

void LongRuns::cancel(const std::string& id) {
    const auto here = active(id);
    if (here) here->cancel();
    if (here) return;
    if (!connector_.cancel_run(id)) {
        throw Error(ErrorKind::NotFound, fmt::format("there is no run {}", id));
    }
}

LongRunView LongRuns::view(const db::StoredRun& stored) const {
    LongRunView view{
        .id = stored.id,
        .state = stored.state,
        .started = stored.started,
        .ended = stored.ended,
        .progress = stored.progress,
        .status = stored.status,
        .answer = stored.answer,
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

void LongRuns::beat(const std::stop_token& stop) {
    for (bool last = false; !last;) {
        pause(beat_every_, stop);
        last = stop.stop_requested();  // what ended during a beat is written by one more
        beat_once();
    }
}

void LongRuns::beat_once() {
    std::vector<std::pair<std::string, std::shared_ptr<Active>>> runs;
    {
        const std::lock_guard lock(mutex_);
        runs.assign(active_.begin(), active_.end());
    }
    for (const auto& [id, run] : runs) {
        if (!run->write(connector_)) continue;
        const std::lock_guard lock(mutex_);
        active_.erase(id);
    }
}

}  // namespace migrator::coordinator
