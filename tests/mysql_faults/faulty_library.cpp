#include "mysql_faults/faulty_library.hpp"

#include <dlfcn.h>
#include <errmsg.h>
#include <mysql.h>
#include <sys/socket.h>

#include <cstdio>
#include <mutex>
#include <optional>

namespace migrator::test::faulty_library {
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

/// The fault of this call, if it has one.
std::optional<Fault> called(const char* function) {
    State& now = state();
    const std::lock_guard lock(now.mutex);
    if (!now.armed) return std::nullopt;
    now.calls.emplace_back(function);
    if (now.calls.size() != now.at + 1) return std::nullopt;
    return now.fault;
}

template <typename Function>
Function* library(const char* name) {
    // The function that would have been called.
    return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

void set_error(MYSQL* handle, unsigned number) {
    handle->net.last_errno = number;
    std::snprintf(handle->net.sqlstate, sizeof handle->net.sqlstate, "HY000");
    std::snprintf(handle->net.last_error, sizeof handle->net.last_error, "injected %u", number);
}

void cut(MYSQL* handle) {
    const auto socket = static_cast<int>(library<my_socket(MYSQL*)>("mysql_get_socket")(handle));
    if (socket >= 0) shutdown(socket, SHUT_RDWR);
}

/// What the call gives: `failure` where there is a fault, else what `work` does.
template <typename Result, typename Work>
Result with_fault(const char* function, MYSQL* handle, Result failure, Work&& work) {
    const auto fault = called(function);
    if (!fault) return work();
    switch (*fault) {
        case Fault::Error:
            set_error(handle, CR_UNKNOWN_ERROR);
            return failure;
        case Fault::Silent:
            set_error(handle, 0);
            return failure;
        case Fault::Unheard:
            work();
            set_error(handle, CR_SERVER_LOST);
            return failure;
        case Fault::Lost:
            cut(handle);
            return work();
    }
    return failure;
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

}  // namespace migrator::test::faulty_library

using migrator::test::faulty_library::called;
using migrator::test::faulty_library::library;
using migrator::test::faulty_library::with_fault;

extern "C" {

MYSQL* mysql_init(MYSQL* handle) {
    static auto* const real = library<MYSQL*(MYSQL*)>("mysql_init");
    return called("mysql_init") ? nullptr : real(handle);
}

MYSQL* mysql_real_connect(
    MYSQL* handle,
    const char* host,
    const char* user,
    const char* password,
    const char* database,
    unsigned port,
    const char* socket,
    unsigned long flags
) {
    static auto* const real = library<decltype(mysql_real_connect)>("mysql_real_connect");
    return with_fault<MYSQL*>("mysql_real_connect", handle, nullptr, [&] {
        return real(handle, host, user, password, database, port, socket, flags);
    });
}

int mysql_real_query(MYSQL* handle, const char* text, unsigned long size) {
    static auto* const real = library<decltype(mysql_real_query)>("mysql_real_query");
    return with_fault("mysql_real_query", handle, 1, [&] { return real(handle, text, size); });
}

int mysql_next_result(MYSQL* handle) {
    static auto* const real = library<decltype(mysql_next_result)>("mysql_next_result");
    return with_fault("mysql_next_result", handle, -1, [&] { return real(handle); });
}

MYSQL_RES* mysql_use_result(MYSQL* handle) {
    static auto* const real = library<decltype(mysql_use_result)>("mysql_use_result");
    return with_fault<MYSQL_RES*>("mysql_use_result", handle, nullptr, [&] {
        return real(handle);
    });
}

MYSQL_ROW mysql_fetch_row(MYSQL_RES* result) {
    static auto* const real = library<decltype(mysql_fetch_row)>("mysql_fetch_row");
    if (result->handle == nullptr) return real(result);  // its end was read
    return with_fault<MYSQL_ROW>("mysql_fetch_row", result->handle, nullptr, [&] {
        return real(result);
    });
}

unsigned long* mysql_fetch_lengths(MYSQL_RES* result) {
    static auto* const real = library<decltype(mysql_fetch_lengths)>("mysql_fetch_lengths");
    return called("mysql_fetch_lengths") ? nullptr : real(result);
}

unsigned mysql_field_count(MYSQL* handle) {
    static auto* const real = library<decltype(mysql_field_count)>("mysql_field_count");
    return called("mysql_field_count") ? 0 : real(handle);
}

unsigned mysql_num_fields(MYSQL_RES* result) {
    static auto* const real = library<decltype(mysql_num_fields)>("mysql_num_fields");
    return called("mysql_num_fields") ? 0 : real(result);
}

int mysql_ping(MYSQL* handle) {
    static auto* const real = library<decltype(mysql_ping)>("mysql_ping");
    return with_fault("mysql_ping", handle, 1, [&] { return real(handle); });
}

}  // extern "C"
