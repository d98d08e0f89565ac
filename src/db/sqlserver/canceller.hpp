#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

namespace migrator::db::sqlserver {

/// Cancels what a connection is busy with once a stop is requested: a thread of its own calls
/// SQLCancel, again and again until the call has returned, since a cancel that comes a moment
/// before the statement reaches the server does nothing. All functions from any thread.
class Canceller {
public:
    Canceller() = default;
    ~Canceller();
    Canceller(const Canceller&) = delete;
    Canceller& operator=(const Canceller&) = delete;

    /// From now on `stop` counts. One without a state: nothing is cancelled.
    void watch(std::stop_token stop);

    /// A call on a statement is under way while it lives.
    class Busy {
    public:
        Busy(Canceller& canceller, void* statement);
        ~Busy();
        Busy(const Busy&) = delete;
        Busy& operator=(const Busy&) = delete;

    private:
        Canceller& canceller_;
    };

    /// While it lives nothing is cancelled: rolling back must not be.
    class Pause {
    public:
        explicit Pause(Canceller& canceller);
        ~Pause();
        Pause(const Pause&) = delete;
        Pause& operator=(const Pause&) = delete;

    private:
        Canceller& canceller_;
    };

    bool stop_requested() const;

private:
    void cancel_when_asked(const std::stop_token& asked);
    void end_thread();

    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::stop_token stop_;
    void* statement_ = nullptr;  ///< of the call under way
    int pauses_ = 0;
    bool ends_ = false;
    std::jthread thread_;  ///< while a stop token is watched
};

}  // namespace migrator::db::sqlserver
