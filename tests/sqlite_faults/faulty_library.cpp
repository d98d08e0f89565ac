// SQLite with one fault: the calls of this program come here first.
#include <dlfcn.h>
#include <sqlite3.h>

#include <string_view>

#include "databases/faulty_calls.hpp"

using migrator::test::faulty_calls::called;
using migrator::test::faulty_calls::Fault;
using migrator::test::faulty_calls::library;

namespace {

/// SQLite calls itself by these names, too, and remembers elsewhere that something has failed.
bool is_of_the_library(void* caller) {
    Dl_info from{};
    return dladdr(caller, &from) != 0 && from.dli_fname != nullptr &&
           std::string_view(from.dli_fname).find("libsqlite3") != std::string_view::npos;
}

/// What the call gives: a code of an error where there is a fault, else what `work` does.
template <typename Work>
int with_fault(const char* function, void* caller, Work&& work) {
    if (is_of_the_library(caller)) return work();
    const auto fault = called(function);
    if (!fault) return work();
    switch (*fault) {
        case Fault::Error:
            return SQLITE_FULL;
        case Fault::Silent:
            return SQLITE_NOMEM;
        case Fault::Unheard:
            work();
            return SQLITE_IOERR_FSYNC;
        case Fault::Lost:
            return SQLITE_BUSY;
    }
    return SQLITE_IOERR;
}

}  // namespace

extern "C" {

int sqlite3_open_v2(const char* file, sqlite3** handle, int flags, const char* vfs) {
    static auto* const real = library<decltype(sqlite3_open_v2)>("sqlite3_open_v2");
    return with_fault("sqlite3_open_v2", __builtin_return_address(0), [&] {
        return real(file, handle, flags, vfs);
    });
}

int sqlite3_prepare_v2(
    sqlite3* handle, const char* text, int size, sqlite3_stmt** statement, const char** tail
) {
    static auto* const real = library<decltype(sqlite3_prepare_v2)>("sqlite3_prepare_v2");
    return with_fault("sqlite3_prepare_v2", __builtin_return_address(0), [&] {
        return real(handle, text, size, statement, tail);
    });
}

int sqlite3_step(sqlite3_stmt* statement) {
    static auto* const real = library<decltype(sqlite3_step)>("sqlite3_step");
    return with_fault("sqlite3_step", __builtin_return_address(0), [&] { return real(statement); });
}

int sqlite3_reset(sqlite3_stmt* statement) {
    static auto* const real = library<decltype(sqlite3_reset)>("sqlite3_reset");
    return with_fault("sqlite3_reset", __builtin_return_address(0), [&] {
        return real(statement);
    });
}

int sqlite3_finalize(sqlite3_stmt* statement) {
    static auto* const real = library<decltype(sqlite3_finalize)>("sqlite3_finalize");
    const int code = real(statement);  // else the file would stay locked for ever
    return with_fault("sqlite3_finalize", __builtin_return_address(0), [&] { return code; });
}

int sqlite3_bind_null(sqlite3_stmt* statement, int index) {
    static auto* const real = library<decltype(sqlite3_bind_null)>("sqlite3_bind_null");
    return with_fault("sqlite3_bind_null", __builtin_return_address(0), [&] {
        return real(statement, index);
    });
}

int sqlite3_bind_int64(sqlite3_stmt* statement, int index, sqlite3_int64 value) {
    static auto* const real = library<decltype(sqlite3_bind_int64)>("sqlite3_bind_int64");
    return with_fault("sqlite3_bind_int64", __builtin_return_address(0), [&] {
        return real(statement, index, value);
    });
}

int sqlite3_bind_text(
    sqlite3_stmt* statement, int index, const char* text, int size, void (*destroy)(void*)
) {
    static auto* const real = library<decltype(sqlite3_bind_text)>("sqlite3_bind_text");
    return with_fault("sqlite3_bind_text", __builtin_return_address(0), [&] {
        return real(statement, index, text, size, destroy);
    });
}

int sqlite3_bind_text64(
    sqlite3_stmt* statement,
    int index,
    const char* text,
    sqlite3_uint64 size,
    void (*destroy)(void*),
    unsigned char encoding
) {
    static auto* const real = library<decltype(sqlite3_bind_text64)>("sqlite3_bind_text64");
    return with_fault("sqlite3_bind_text64", __builtin_return_address(0), [&] {
        return real(statement, index, text, size, destroy, encoding);
    });
}

/// Null where there is no memory for the text.
const unsigned char* sqlite3_column_text(sqlite3_stmt* statement, int column) {
    static auto* const real = library<decltype(sqlite3_column_text)>("sqlite3_column_text");
    if (is_of_the_library(__builtin_return_address(0))) return real(statement, column);
    return called("sqlite3_column_text") ? nullptr : real(statement, column);
}

}  // extern "C"
