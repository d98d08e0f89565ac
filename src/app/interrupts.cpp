#include "app/interrupts.hpp"

#include <unistd.h>

#include <csignal>

namespace migrator::app {
namespace {

constexpr int kExitAfterInterrupt = 130;

sigset_t handled_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    return signals;
}

void wait_for_signals(const std::stop_token& ended, std::stop_source stop) {
    const sigset_t signals = handled_signals();
    while (true) {
        int signal = 0;
        if (sigwait(&signals, &signal) != 0) continue;
        if (ended.stop_requested()) return;
        if (stop.stop_requested()) _exit(kExitAfterInterrupt);
        stop.request_stop();
    }
}

}  // namespace

Interrupts::Interrupts(std::stop_source stop) {
    const sigset_t signals = handled_signals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // threads made from now on inherit it
    thread_ = std::jthread([stop = std::move(stop)](const std::stop_token& ended) {
        wait_for_signals(ended, stop);
    });
}

Interrupts::~Interrupts() {
    thread_.request_stop();
    // Wakes the thread, which waits for this signal.
    // NOLINTNEXTLINE(bugprone-bad-signal-to-kill-thread)
    pthread_kill(thread_.native_handle(), SIGTERM);
}

}  // namespace migrator::app
