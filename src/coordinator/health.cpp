#include "coordinator/health.hpp"

#include <fmt/format.h>

#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

#include "core/secrets.hpp"

namespace migrator::coordinator {
namespace {

std::string text_of_current_exception() try { throw; } catch (const std::exception& error) {
    return secrets::hidden(error.what());
} catch (...) {
    return "an error of unknown type";
}

}  // namespace

/// One check and its thread. Looks are numbered from 1.
class Health::Checker {
public:
    explicit Checker(Check check) : check_(std::move(check)), thread_([this] { work(); }) {}

    ~Checker() {
        {
            const std::lock_guard lock(mutex_);
            ending_ = true;
        }
        changed_.notify_all();
    }
    Checker(const Checker&) = delete;
    Checker& operator=(const Checker&) = delete;

    const std::string& name() const { return check_.name; }

    /// Begins a look, unless one is in work. Returns the number to ask `result` for.
    std::uint64_t begin() {
        const std::lock_guard lock(mutex_);
        if (begun_ == ended_) {
            ++begun_;
            begun_at_ = std::chrono::steady_clock::now();
            changed_.notify_all();
        }
        return begun_;
    }

    /// The problem that this look or a later one has found; nothing: up. Waits for it until the
    /// look has been in work for `limit`.
    std::optional<std::string> result(std::uint64_t number, std::chrono::milliseconds limit) {
        std::unique_lock lock(mutex_);
        if (changed_.wait_until(lock, begun_at_ + limit, [&] { return ended_ >= number; })) {
            return problem_;
        }
        return fmt::format(
            "no response within {:.3g} s", std::chrono::duration<double>(limit).count()
        );
    }

private:
    void work() {
        std::unique_lock lock(mutex_);
        while (true) {
            changed_.wait(lock, [this] { return ending_ || begun_ > ended_; });
            if (ending_) return;
            lock.unlock();
            std::optional<std::string> problem;
            try {
                check_.look();
            } catch (...) {
                problem = text_of_current_exception();
            }
            lock.lock();
            problem_ = std::move(problem);
            ended_ = begun_;
            changed_.notify_all();
        }
    }

    const Check check_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::uint64_t begun_ = 0;
    std::uint64_t ended_ = 0;
    std::chrono::steady_clock::time_point begun_at_;
    bool ending_ = false;
    std::optional<std::string> problem_;
    std::jthread thread_;  // the last member: it uses the others
};

Health::Health(std::vector<Check> checks, std::chrono::milliseconds limit) : limit_(limit) {
    for (Check& check : checks) checkers_.push_back(std::make_unique<Checker>(std::move(check)));
}

Health::~Health() = default;

std::vector<Health::Result> Health::look() {
    std::vector<std::uint64_t> numbers;
    for (const auto& checker : checkers_) numbers.push_back(checker->begin());
    std::vector<Result> results;
    for (std::size_t i = 0; i < checkers_.size(); ++i) {
        results.push_back({checkers_[i]->name(), checkers_[i]->result(numbers[i], limit_)});
    }
    return results;
}

}  // namespace migrator::coordinator
