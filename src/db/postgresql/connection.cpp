#include "db/postgresql/connection.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "core/log.hpp"
#include "db/postgresql/hints.hpp"
#include "db/sql/renewable_source.hpp"
#include "db/sql/time_limits.hpp"

namespace migrator::db::postgresql {
namespace {

constexpr int kSliceMilliseconds = 100;
constexpr std::chrono::seconds kCancelAgain{1};
constexpr std::chrono::milliseconds kCancelFirst{kSliceMilliseconds};
constexpr std::chrono::milliseconds kEarlyEnd{100};

/// Whether PGCONNECT_TIMEOUT or a service file gives the value that the data source does not.
bool has_default(const char* keyword) {
    const std::unique_ptr<PQconninfoOption, FreedBy<PQconninfoFree>> options(PQconndefaults());
    for (const auto* option = options.get(); option != nullptr && option->keyword; ++option) {
        if (std::string_view(option->keyword) == keyword) return option->val != nullptr;
    }
    return false;
}

std::unique_ptr<PGconn, FreedBy<PQfinish>> connect(const DataSource& source) {
    const std::string patience = fmt::to_string(sql::kConnectPatience.count());
    std::vector<const char*> keywords;
    std::vector<const char*> values;
    for (const auto& [keyword, value] : source.connection) {
        keywords.push_back(keyword.c_str());
        values.push_back(value.c_str());
    }
    if (source.find("connect_timeout") == nullptr && !has_default("connect_timeout")) {
        keywords.push_back("connect_timeout");
        values.push_back(patience.c_str());
    }
    keywords.push_back(nullptr);
    values.push_back(nullptr);
    return std::unique_ptr<PGconn, FreedBy<PQfinish>>(
        PQconnectdbParams(keywords.data(), values.data(), 0)
    );
}

/// libpq tells no SQLSTATE of a connection that failed.
bool is_refused_password(std::string_view why) {
    return why.find("password authentication failed") != std::string_view::npos ||
           why.find("PAM authentication failed") != std::string_view::npos ||
           why.find("28P01") != std::string_view::npos;
}

/// libpq tries again without TLS, or with it, and tells both failures, which are mostly the same.
std::string each_line_once(std::string_view text) {
    std::vector<std::string_view> lines;
    std::string result;
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (std::ranges::find(lines, line) != lines.end()) continue;
        lines.push_back(line);
        result += std::string(line) + '\n';
    }
    return result;
}

/// libpq takes C strings: what is behind a NUL byte would be left out.
void refuse_nul(std::string_view value) {
    if (value.find('\0') == std::string_view::npos) return;
    throw Error(ErrorKind::InvalidRequest, "a value for the database contains a NUL byte");
}

}  // namespace

Connection::Connection(const DataSource& source) : handle_(connect(source)) {
    if (PQstatus(handle_.get()) != CONNECTION_OK) {
        const std::string said = handle_ ? PQerrorMessage(handle_.get()) : "out of memory";
        const std::string why = "failed to connect to database: " + one_line(each_line_once(said));
        const std::string advice = connect_hint_for(why);
        if (is_refused_password(why)) {
            sql::RefusedPassword refused(ErrorKind::Unavailable, why);
            refused.advise(advice);
            throw refused;
        }
        Error failed(ErrorKind::Unavailable, why);
        failed.advise(advice);
        throw failed;
    }
    PQsetNoticeReceiver(handle_.get(), receive_notice, this);
    PQsetnonblocking(handle_.get(), 1);
    cancel_.reset(PQgetCancel(handle_.get()));
}

/// libpq's own would print to standard error.
void Connection::receive_notice(void* connection, const PGresult* notice) try {
    static_cast<Connection*>(connection)->take_notice(*notice);
} catch (const std::exception& error) {
    log::debug(std::string("A notice of PostgreSQL was left out: ") + error.what());
}

void Connection::take_notice(const PGresult& notice) {
    ServerError said = server_error(notice);
    if (log::enabled(log::Level::Debug)) log::debug("PostgreSQL: " + one_line(describe(said)));
    if (!notice_sink_) return;
    // libpq reads on to the next result, and past notices behind it, before anybody has taken one.
    // It takes this call only while it has none.
    const bool has_no_result = PQsetSingleRowMode(handle_.get()) == 1;
    if (has_no_result) return notice_sink_(said);
    constexpr std::size_t kMost = 10'000;
    if (notices_.size() < kMost) notices_.push_back(std::move(said));
}

void Connection::tell_notices(NoticeSink sink) {
    notice_sink_ = std::move(sink);
    notices_.clear();
}

void Connection::give_notices() {
    for (const ServerError& notice : std::exchange(notices_, {})) {
        if (notice_sink_) notice_sink_(notice);
    }
}

bool Connection::is_lost() const noexcept {
    return !given_up_.empty() || PQstatus(handle_.get()) != CONNECTION_OK;
}

PGTransactionStatusType Connection::transaction_status() const noexcept {
    return PQtransactionStatus(handle_.get());
}

std::string Connection::parameter(const char* name) const {
    const char* value = PQparameterStatus(handle_.get(), name);
    return value == nullptr ? std::string() : value;
}

std::string Connection::literal(std::string_view text) const {
    refuse_nul(text);
    const std::unique_ptr<char, FreedBy<PQfreemem>> quoted(
        PQescapeLiteral(handle_.get(), text.data(), text.size())
    );
    if (!quoted) throw Error(ErrorKind::Internal, one_line(PQerrorMessage(handle_.get())));
    return quoted.get();
}

ServerError Connection::lost_error() const {
    std::string why = given_up_.empty() ? one_line(PQerrorMessage(handle_.get())) : given_up_;
    if (why.empty()) why = "the connection to the database was lost";
    ServerError error;
    error.message = std::move(why);
    error.connection_lost = true;
    return error;
}

std::optional<ServerError> Connection::run(
    const std::string& text, const ResultSink& sink, CopySource copy_data
) {
    settle();
    if (is_lost() || PQsendQuery(handle_.get(), text.c_str()) == 0) return lost_error();
    // Row by row, or a script's large `select` would fill the memory.
    PQsetSingleRowMode(handle_.get());
    return take_results(sink, std::move(copy_data));
}

std::optional<ServerError> Connection::send(
    const std::string& text, std::span<const sql::Value> parameters
) {
    settle();
    std::vector<const char*> values;
    for (const sql::Value& value : parameters) {
        if (value) refuse_nul(*value);
        values.push_back(value ? value->c_str() : nullptr);
    }
    if (is_lost()) return lost_error();
    PGconn* const handle = handle_.get();
    const int count = static_cast<int>(values.size());
    // Only the simple protocol takes several statements.
    const int sent =
        values.empty()
            ? PQsendQuery(handle, text.c_str())
            : PQsendQueryParams(
                  handle, text.c_str(), count, nullptr, values.data(), nullptr, nullptr, 0
              );
    if (sent == 0) return lost_error();
    // Row by row, or a large table would fill the memory.
    PQsetSingleRowMode(handle);
    next_cancel_ = Clock::now() + kCancelFirst;
    return std::nullopt;
}

Result Connection::next_result(std::optional<ServerError>& error) {
    CopySource no_data;
    return next_result(error, no_data);
}

Result Connection::next_result(std::optional<ServerError>& error, CopySource& copy_data) {
    while (wait_for_result()) {
        Result result(PQgetResult(handle_.get()));
        if (!result) break;
        switch (PQresultStatus(result.get())) {
            case PGRES_COPY_IN:
                if (copy_data) {
                    feed(std::exchange(copy_data, nullptr));
                } else {
                    put_end("no data follows the statement");
                }
                break;
            case PGRES_COPY_OUT:
            case PGRES_COPY_BOTH:
                drain_copy_out();
                break;
            case PGRES_BAD_RESPONSE:
            case PGRES_FATAL_ERROR:
                // After "terminating connection" libpq adds that the connection is closed: the
                // first says more.
                if (!error) error = server_error(*result);
                break;
            default:
                return result;
        }
    }
    // "No more", though the server is not at the end: who believes it takes few rows for all.
    if (!is_lost() && transaction_status() == PQTRANS_ACTIVE) {
        given_up_ = "the client library ended the results before the server did";
    }
    if (is_lost()) {
        if (!error) error = lost_error();
        error->connection_lost = true;
    }
    return nullptr;
}

std::optional<ServerError> Connection::take_results(const ResultSink& sink, CopySource copy_data) {
    std::optional<ServerError> error;
    next_cancel_ = Clock::now() + kCancelFirst;
    try {
        while (const Result result = next_result(error, copy_data)) {
            const ExecStatusType status = PQresultStatus(result.get());
            // Said while the rows were read, or behind a statement that is at its end.
            const bool is_within =
                status == PGRES_SINGLE_TUPLE || (status == PGRES_TUPLES_OK && !in_rows_);
            in_rows_ = status == PGRES_SINGLE_TUPLE;
            if (is_within) give_notices();
            if (sink) sink(*result);
            give_notices();
        }
        give_notices();
    } catch (...) {
        cancel();
        throw;
    }
    return error;
}

bool Connection::end_early() {
    const auto earlier = deadline_;
    const auto limit = Clock::now() + kEarlyEnd;
    deadline_ = std::min(limit, earlier.value_or(limit));
    std::optional<ServerError> error;
    bool ended = false;
    while (!ended && Clock::now() < limit) ended = next_result(error) == nullptr;
    deadline_ = earlier;
    // Not cancelled: that takes a connection of its own, and the server stops when it next sends.
    if (!ended && !is_lost()) given_up_ = "a read was not completed";
    return !is_lost();
}

std::optional<ServerError> Connection::copy(const std::string& text, const CopySource& write) {
    settle();
    if (is_lost() || PQsendQuery(handle_.get(), text.c_str()) == 0) return lost_error();
    next_cancel_ = Clock::now() + kCancelFirst;
    if (!wait_for_result()) return lost_error();
    const Result result(PQgetResult(handle_.get()));
    if (PQresultStatus(result.get()) != PGRES_COPY_IN) {
        ServerError error = result ? server_error(*result) : lost_error();
        take_results(nullptr, nullptr);
        error.connection_lost = is_lost();
        return error;
    }
    feed(write);
    return take_results(nullptr, nullptr);
}

void Connection::settle() {
    if (is_lost() || transaction_status() != PQTRANS_ACTIVE) return;
    take_results(nullptr, nullptr);
}

void Connection::feed(const CopySource& write) {
    bool accepts = true;
    try {
        write([&](std::string_view piece) { return accepts = accepts && put(piece); });
    } catch (...) {
        put_end("abandoned");  // else the rows sent so far would count as all
        throw;
    }
    // Ended without an error, what has been sent so far would count as all.
    put_end(accepts ? nullptr : "not all data could be sent");
}

bool Connection::put(std::string_view piece) {
    const int size = static_cast<int>(piece.size());
    int sent = 0;
    while ((sent = PQputCopyData(handle_.get(), piece.data(), size)) == 0) {
        if (!wait_a_slice()) return false;
    }
    // libpq keeps what the socket does not take; waiting for it here keeps its buffer small.
    while (sent > 0 && PQflush(handle_.get()) == 1) {
        if (!wait_a_slice(For::Room)) return false;
    }
    return sent > 0;
}

void Connection::put_end(const char* error) {
    while (PQputCopyEnd(handle_.get(), error) == 0) {
        if (!wait_a_slice()) return;
    }
}

void Connection::drain_copy_out() {
    while (true) {
        char* buffer = nullptr;
        const int size = PQgetCopyData(handle_.get(), &buffer, 1);
        const std::unique_ptr<char, FreedBy<PQfreemem>> owner(buffer);
        if (size < 0 || (size == 0 && !wait_a_slice())) return;
    }
}

bool Connection::wait_for_result() {
    while (PQflush(handle_.get()) == 1 || PQisBusy(handle_.get()) == 1) {
        if (!wait_a_slice()) break;
    }
    return given_up_.empty();
}

bool Connection::wait_a_slice(For what) {
    if (is_lost()) return false;
    const bool wants_to_send = PQflush(handle_.get()) == 1;
    // The socket may have taken the rest since the caller looked: then the server, which wants
    // more, says nothing.
    const bool has_room = what == For::Room && !wants_to_send;
    pollfd waiting{
        .fd = PQsocket(handle_.get()),
        .events = static_cast<short>(wants_to_send ? POLLIN | POLLOUT : POLLIN),
        .revents = 0};
    const int ready = poll(&waiting, 1, has_room ? 0 : kSliceMilliseconds);
    if (ready > 0 && (waiting.revents & ~POLLOUT) != 0) PQconsumeInput(handle_.get());

    const auto now = Clock::now();
    if (abandon_.stop_requested()) given_up_ = "stopped waiting for the database";
    if (deadline_ && now >= *deadline_) given_up_ = "the database did not respond in time";
    if (stop_.stop_requested() && now >= next_cancel_ && given_up_.empty()) {
        cancel();
        next_cancel_ = now + kCancelAgain;
    }
    return !is_lost();
}

void Connection::cancel() noexcept {
    std::array<char, 256> why{};
    if (PQcancel(cancel_.get(), why.data(), static_cast<int>(why.size())) == 0) {
        log::warn("Could not cancel the statement in the database: " + one_line(why.data()));
    }
}

}  // namespace migrator::db::postgresql
