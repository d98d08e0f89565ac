#include "core/log_queue.hpp"

#include <fmt/format.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <optional>
#include <utility>

#include "core/log.hpp"

namespace migrator::log {
namespace {

constexpr std::size_t kMostBytes = 1'048'576;
/// A pipe that is ready takes as much without making the writer wait.
constexpr std::size_t kPieceBytes = PIPE_BUF;
constexpr int kLookMilliseconds = 50;
constexpr std::chrono::seconds kPatienceAtEnd{1};

}  // namespace

Queue::Queue(int file) : file_(file), writer_([this] { write_all(); }) {
    redirect([this](std::string_view line) { push(line); });
}

Queue::~Queue() {
    redirect({});
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    changed_.notify_all();
    writer_.join();
}

std::uint64_t Queue::dropped() const {
    const std::lock_guard lock(mutex_);
    return dropped_;
}

void Queue::push(std::string_view line) {
    {
        const std::lock_guard lock(mutex_);
        if (bytes_ + line.size() > kMostBytes && !lines_.empty()) {
            ++dropped_;
            return;
        }
        lines_.emplace_back(line);
        lines_.back() += '\n';
        bytes_ += lines_.back().size();
    }
    changed_.notify_all();
}

void Queue::write_all() {
    std::uint64_t told = 0;
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] { return ending_ || !lines_.empty(); });
        if (lines_.empty()) return;
        const std::string line = std::move(lines_.front());
        lines_.pop_front();
        lock.unlock();
        const bool written = write(line);
        lock.lock();
        bytes_ -= line.size();
        if (!written) ++dropped_;
        if (!written && ending_) {
            dropped_ += lines_.size();
            return;
        }
        if (!written || ending_ || dropped_ == told || !lines_.empty()) continue;
        const std::uint64_t lost = dropped_ - std::exchange(told, dropped_);
        lock.unlock();
        warn(fmt::format("{} log lines were dropped: standard error did not take them", lost));
        lock.lock();
    }
}

bool Queue::write(std::string_view line) const {
    while (!line.empty()) {
        if (!wait_until_writable()) return false;
        const std::string_view piece = line.substr(0, kPieceBytes);
        const ssize_t written = ::write(file_, piece.data(), piece.size());
        if (written < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (written <= 0) return false;
        line.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

/// False at the end, when nobody reads.
bool Queue::wait_until_writable() const {
    using Clock = std::chrono::steady_clock;
    std::optional<Clock::time_point> deadline;
    while (true) {
        pollfd state{.fd = file_, .events = POLLOUT, .revents = 0};
        if (::poll(&state, 1, kLookMilliseconds) > 0) return true;
        const std::lock_guard lock(mutex_);
        if (!ending_) continue;
        if (!deadline) deadline = Clock::now() + kPatienceAtEnd;
        if (Clock::now() >= *deadline) return false;
    }
}

}  // namespace migrator::log
