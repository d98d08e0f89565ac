// libpq with one fault: the calls of this program come here first.
#include <libpq-fe.h>
#include <sys/socket.h>

#include "databases/faulty_calls.hpp"

using migrator::test::faulty_calls::called;
using migrator::test::faulty_calls::Fault;
using migrator::test::faulty_calls::library;

namespace {

/// Of this thread's last call with one: results don't know theirs.
thread_local PGconn* last_handle = nullptr;

void cut() {
    static auto* const socket_of = library<decltype(PQsocket)>("PQsocket");
    const int socket = last_handle == nullptr ? -1 : socket_of(last_handle);
    if (socket >= 0) shutdown(socket, SHUT_RDWR);
}

/// What the call gives: `failure` where there is a fault, else what `work` does.
template <typename Result, typename Work>
Result with_fault(const char* function, Result failure, Work&& work) {
    const auto fault = called(function);
    if (!fault) return work();
    switch (*fault) {
        case Fault::Error:
        case Fault::Silent:
            return failure;
        case Fault::Unheard:
            work();
            cut();
            return failure;
        case Fault::Lost:
            cut();
            return work();
    }
    return failure;
}

}  // namespace

extern "C" {

PGconn* PQconnectdbParams(const char* const* keywords, const char* const* values, int expand) {
    static auto* const real = library<decltype(PQconnectdbParams)>("PQconnectdbParams");
    const auto fault = called("PQconnectdbParams");
    if (fault == Fault::Error || fault == Fault::Silent) return nullptr;
    last_handle = real(keywords, values, expand);
    if (fault) cut();
    return last_handle;
}

void PQfinish(PGconn* handle) {
    static auto* const real = library<decltype(PQfinish)>("PQfinish");
    if (last_handle == handle) last_handle = nullptr;
    real(handle);
}

int PQsendQuery(PGconn* handle, const char* text) {
    static auto* const real = library<decltype(PQsendQuery)>("PQsendQuery");
    last_handle = handle;
    return with_fault("PQsendQuery", 0, [&] { return real(handle, text); });
}

int PQsendQueryParams(
    PGconn* handle,
    const char* text,
    int count,
    const Oid* types,
    const char* const* values,
    const int* lengths,
    const int* formats,
    int result_format
) {
    static auto* const real = library<decltype(PQsendQueryParams)>("PQsendQueryParams");
    last_handle = handle;
    return with_fault("PQsendQueryParams", 0, [&] {
        return real(handle, text, count, types, values, lengths, formats, result_format);
    });
}

PGresult* PQgetResult(PGconn* handle) {
    static auto* const real = library<decltype(PQgetResult)>("PQgetResult");
    static auto* const make = library<decltype(PQmakeEmptyPGresult)>("PQmakeEmptyPGresult");
    last_handle = handle;
    const auto fault = called("PQgetResult");
    if (fault == Fault::Silent) return nullptr;
    if (fault == Fault::Error) return make(handle, PGRES_FATAL_ERROR);
    if (fault == Fault::Unheard) {
        PQclear(real(handle));
        cut();
        return make(handle, PGRES_FATAL_ERROR);
    }
    if (fault == Fault::Lost) cut();
    return real(handle);
}

ExecStatusType PQresultStatus(const PGresult* result) {
    static auto* const real = library<decltype(PQresultStatus)>("PQresultStatus");
    return with_fault("PQresultStatus", PGRES_FATAL_ERROR, [&] { return real(result); });
}

int PQntuples(const PGresult* result) {
    static auto* const real = library<decltype(PQntuples)>("PQntuples");
    return with_fault("PQntuples", 0, [&] { return real(result); });
}

char* PQcmdStatus(PGresult* result) {
    static auto* const real = library<decltype(PQcmdStatus)>("PQcmdStatus");
    static char nothing[] = "";
    return with_fault<char*>("PQcmdStatus", nothing, [&] { return real(result); });
}

int PQputCopyData(PGconn* handle, const char* data, int size) {
    static auto* const real = library<decltype(PQputCopyData)>("PQputCopyData");
    last_handle = handle;
    return with_fault("PQputCopyData", -1, [&] { return real(handle, data, size); });
}

int PQputCopyEnd(PGconn* handle, const char* error) {
    static auto* const real = library<decltype(PQputCopyEnd)>("PQputCopyEnd");
    last_handle = handle;
    return with_fault("PQputCopyEnd", -1, [&] { return real(handle, error); });
}

int PQconsumeInput(PGconn* handle) {
    static auto* const real = library<decltype(PQconsumeInput)>("PQconsumeInput");
    last_handle = handle;
    return with_fault("PQconsumeInput", 0, [&] { return real(handle); });
}

int PQflush(PGconn* handle) {
    static auto* const real = library<decltype(PQflush)>("PQflush");
    last_handle = handle;
    return with_fault("PQflush", -1, [&] { return real(handle); });
}

int PQsetSingleRowMode(PGconn* handle) {
    static auto* const real = library<decltype(PQsetSingleRowMode)>("PQsetSingleRowMode");
    last_handle = handle;
    return with_fault("PQsetSingleRowMode", 0, [&] { return real(handle); });
}

PGTransactionStatusType PQtransactionStatus(const PGconn* handle) {
    static auto* const real = library<decltype(PQtransactionStatus)>("PQtransactionStatus");
    return with_fault("PQtransactionStatus", PQTRANS_UNKNOWN, [&] { return real(handle); });
}

char* PQescapeLiteral(PGconn* handle, const char* text, size_t size) {
    static auto* const real = library<decltype(PQescapeLiteral)>("PQescapeLiteral");
    last_handle = handle;
    return with_fault<char*>("PQescapeLiteral", nullptr, [&] { return real(handle, text, size); });
}

const char* PQparameterStatus(const PGconn* handle, const char* name) {
    static auto* const real = library<decltype(PQparameterStatus)>("PQparameterStatus");
    return with_fault<const char*>("PQparameterStatus", nullptr, [&] {
        return real(handle, name);
    });
}

PGcancel* PQgetCancel(PGconn* handle) {
    static auto* const real = library<decltype(PQgetCancel)>("PQgetCancel");
    last_handle = handle;
    return with_fault<PGcancel*>("PQgetCancel", nullptr, [&] { return real(handle); });
}

}  // extern "C"
