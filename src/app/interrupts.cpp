#include "app/interrupts.hpp"

#include <unistd.h>

#include <csignal>
#include <ctime>

namespace migrator::app {
namespace {

constexpr int kExitAfterInterrupt = 130;
constexpr timespec kLookAgain{.tv_sec = 0, .tv_nsec = 100'000'000};  // whether the command ended

sigset_t handled_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    return signals;
}

void wait_for_signals(const std::stop_token& ended, std::stop_source stop) {
    const sigset_t signals = handled_signals();
    while (!ended.stop_requested()) {
        if (sigtimedwait(&signals, nullptr, &kLookAgain) < 0) continue;
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

Interrupts::~Interrupts() = default;  // asks the thread to end, and joins it

}  // namespace migrator::app
