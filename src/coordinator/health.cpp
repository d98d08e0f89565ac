#include "coordinator/health.hpp"

#include <fmt/format.h>

#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

namespace migrator::coordinator {
namespace {

std::string text_of_current_exception() try { throw; } catch (const std::exception& error) {
    return error.what();
} catch (...) {
    return "an error of an unknown type";
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
        wanted_.notify_one();
    }
    Checker(const Checker&) = delete;
    Checker& operator=(const Checker&) = delete;

    const std::string& name() const { return check_.name; }

    /// Begins a look, unless one is in work. Returns the number to ask `result` for.
    std::uint64_t begin() {
        const std::lock_guard lock(mutex_);
        if (begun_ == ended_) {
            ++begun_;
            wanted_.notify_one();
        }
        return begun_;
    }

    /// Nothing while that look is in work; else its problem, or that of a later one.
    std::optional<std::optional<std::string>> result(std::uint64_t number) const {
        const std::lock_guard lock(mutex_);
        if (ended_ < number) return std::nullopt;
        return problem_;
    }

private:
    void work() {
        std::unique_lock lock(mutex_);
        while (true) {
            wanted_.wait(lock, [this] { return ending_ || begun_ > ended_; });
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
        }
    }

    const Check check_;
    mutable std::mutex mutex_;
    std::condition_variable wanted_;
    std::uint64_t begun_ = 0;
    std::uint64_t ended_ = 0;
    bool ending_ = false;
    std::optional<std::string> problem_;
    std::jthread thread_;  // the last member: it uses the others
};

class Health::ProbeInProgress : public Probe {
public:
    ProbeInProgress(
        const std::vector<std::unique_ptr<Checker>>& checkers, std::chrono::milliseconds limit
    )
        : checkers_(checkers), limit_(limit) {
        for (const auto& checker : checkers_) numbers_.push_back(checker->begin());
    }

    std::optional<std::vector<Result>> results() override {
        const bool in_time = std::chrono::steady_clock::now() - began_ < limit_;
        std::vector<Result> results;
        for (std::size_t i = 0; i < checkers_.size(); ++i) {
            auto result = checkers_[i]->result(numbers_[i]);
            if (!result && in_time) return std::nullopt;
            if (!result) {
                result = fmt::format(
                    "no answer within {:.3g} s", std::chrono::duration<double>(limit_).count()
                );
            }
            results.push_back({checkers_[i]->name(), std::move(*result)});
        }
        return results;
    }

private:
    const std::vector<std::unique_ptr<Checker>>& checkers_;
    const std::chrono::milliseconds limit_;
    const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
    std::vector<std::uint64_t> numbers_;
};

Health::Health(std::vector<Check> checks, std::chrono::milliseconds limit) : limit_(limit) {
    for (Check& check : checks) checkers_.push_back(std::make_unique<Checker>(std::move(check)));
}

Health::~Health() = default;

std::unique_ptr<Health::Probe> Health::begin() {
    return std::make_unique<ProbeInProgress>(checkers_, limit_);
}

}  // namespace migrator::coordinator
