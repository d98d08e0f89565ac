#pragma once

#include <stop_token>
#include <thread>

namespace migrator::app {

/// Turns SIGINT and SIGTERM into a stop request, for commands: the first signal asks the command
/// to stop, so that the database rolls back; the second ends the process at once with 130.
/// Make it before any other thread, at most one.
class Interrupts {
public:
    explicit Interrupts(std::stop_source stop);
    ~Interrupts();
    Interrupts(const Interrupts&) = delete;
    Interrupts& operator=(const Interrupts&) = delete;

private:
    std::jthread thread_;
};

}  // namespace migrator::app
