#include "databases/faulty_calls.hpp"

#include <dlfcn.h>

#include <mutex>

namespace migrator::test::faulty_calls {
namespace {

struct State {
    std::mutex mutex;
    bool armed = false;
    std::size_t at = 0;
    Fault fault{};
    std::vector<std::string> calls;
};

State& state() {
    static State state;
    return state;
}

}  // namespace

const char* name_of(Fault fault) {
    constexpr std::array<const char*, 4> kNames = {"error", "silent", "unheard", "lost"};
    return kNames[static_cast<std::size_t>(fault)];
}

void arm(std::size_t at, Fault fault) {
    State& now = state();
    const std::lock_guard lock(now.mutex);
    now.armed = true;
    now.at = at;
    now.fault = fault;
    now.calls.clear();
}

std::vector<std::string> disarm() {
    State& now = state();
    const std::lock_guard lock(now.mutex);
    now.armed = false;
    return std::move(now.calls);
}

std::optional<Fault> called(const char* function) {
    State& now = state();
    const std::lock_guard lock(now.mutex);
    if (!now.armed) return std::nullopt;
    now.calls.emplace_back(function);
    if (now.calls.size() != now.at + 1) return std::nullopt;
    return now.fault;
}

void* next_function(const char* name) { return dlsym(RTLD_NEXT, name); }

}  // namespace migrator::test::faulty_calls
