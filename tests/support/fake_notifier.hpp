#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "notifier/notifier.hpp"

namespace migrator::test {

/// Keeps what it is told. Thread-safe.
class FakeNotifier : public notifier::Notifier {
public:
    std::string notify(const Summary& summary) override {
        const std::lock_guard lock(mutex_);
        if (broken_) throw Error(ErrorKind::Unavailable, *broken_);
        told_.push_back(summary);
        return "thanks";
    }

    /// Every call throws Unavailable with this message.
    void break_down(const std::string& message) {
        const std::lock_guard lock(mutex_);
        broken_ = message;
    }
    std::vector<Summary> told() const {
        const std::lock_guard lock(mutex_);
        return told_;
    }

private:
    mutable std::mutex mutex_;
    std::optional<std::string> broken_;
    std::vector<Summary> told_;
};

}  // namespace migrator::test
