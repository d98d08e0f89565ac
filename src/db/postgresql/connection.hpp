#pragma once

#include <libpq-fe.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/freed_by.hpp"
#include "db/postgresql/data_source.hpp"
#include "db/postgresql/server_error.hpp"
#include "db/sql/session.hpp"

namespace migrator::db::postgresql {

using Result = std::unique_ptr<PGresult, FreedBy<PQclear>>;

/// A connection to a server that never waits inside libpq: every wait looks at the stop token and
/// at the deadline ten times a second. One thread at a time.
class Connection {
public:
    using Clock = std::chrono::steady_clock;
    /// Is given every result but errors; of a query each row as a result of its own and then an
    /// empty one.
    using ResultSink = std::function<void(const PGresult&)>;

    /// Sends data of a COPY. False: no more is wanted.
    using CopyWriter = std::function<bool(std::string_view piece)>;
    /// Gives all data of a COPY piece by piece, so that an error that the server finds early ends
    /// it early.
    using CopySource = std::function<void(const CopyWriter&)>;

    /// Is given a notice of the server. The results before it have been given to the ResultSink.
    using NoticeSink = std::function<void(const ServerError&)>;

    /// Throws Unavailable ("failed to connect to database: …"), RefusedPassword among them.
    explicit Connection(const DataSource& source);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// For the messages from now on. Null: nobody is told of notices. It may not throw.
    void tell_notices(NoticeSink sink);

    /// When `stop` is requested, what runs is cancelled in the database, again each second while
    /// it goes on.
    void watch(std::stop_token stop) { stop_ = std::move(stop); }

    /// When an answer is later than this the connection counts as lost.
    void set_deadline(std::optional<Clock::time_point> deadline) { deadline_ = deadline; }

    /// When `stop` is requested, waiting ends at once and the connection counts as lost.
    void abandon_on(std::stop_token stop) { abandon_ = std::move(stop); }

    /// Sends `text` as one message, of one statement or several, and takes in all its results.
    /// Returns the first error. `copy_data` gives what a COPY … FROM STDIN in it reads; one without
    /// data fails. What a COPY … TO STDOUT writes is thrown away. When `sink` throws, the message
    /// is cancelled and the exception goes on.
    std::optional<ServerError> run(
        const std::string& text, const ResultSink& sink = nullptr, CopySource copy_data = nullptr
    );

    /// Sends one statement, or several when there are no parameters, for `next_result`.
    std::optional<ServerError> send(
        const std::string& text, std::span<const sql::Value> parameters
    );
    /// The next result of what was sent, a row or one without rows; null at the end. The first
    /// error is put into `error`.
    Result next_result(std::optional<ServerError>& error);
    /// Gives up the results that are left: a few are taken in, with more the connection is lost.
    /// True: it can be used.
    bool end_early();

    /// Sends `text`, a COPY … FROM STDIN, and lets `write` give its data.
    std::optional<ServerError> copy(const std::string& text, const CopySource& write);

    /// Ends what an exception has left half done, so that the next message can be sent.
    void settle();

    bool is_lost() const noexcept;
    PGTransactionStatusType transaction_status() const noexcept;
    int server_version() const noexcept { return PQserverVersion(handle_.get()); }  ///< 150004
    int backend_pid() const noexcept { return PQbackendPID(handle_.get()); }
    std::string parameter(const char* name) const;  ///< that the server reports; empty: none
    /// Throws InvalidRequest when it contains a NUL byte.
    std::string literal(std::string_view text) const;

private:
    ServerError lost_error() const;
    std::optional<ServerError> take_results(const ResultSink& sink, CopySource copy_data);
    /// Empties `copy_data` when it is used.
    Result next_result(std::optional<ServerError>& error, CopySource& copy_data);
    /// The data that a COPY FROM STDIN waits for, and its end.
    void feed(const CopySource& write);
    bool put(std::string_view piece);
    void put_end(const char* error);
    void drain_copy_out();
    /// Waits until PQgetResult has an answer, be it that the connection is broken. False when we
    /// don't wait any longer: it may not be called then.
    bool wait_for_result();
    enum class For : std::uint8_t { Answer, Room };
    /// Sends what libpq still holds and waits up to a slice for the server to say something or, for
    /// `Room`, to take all of that. False when there is nothing to wait for any more.
    bool wait_a_slice(For what = For::Answer);
    void cancel() noexcept;
    static void receive_notice(void* connection, const PGresult* notice);
    void take_notice(const PGresult& notice);
    void give_notices();

    std::unique_ptr<PGconn, FreedBy<PQfinish>> handle_;
    std::unique_ptr<PGcancel, FreedBy<PQfreeCancel>> cancel_;
    std::stop_token stop_;
    std::stop_token abandon_;
    std::optional<Clock::time_point> deadline_;
    Clock::time_point next_cancel_;
    NoticeSink notice_sink_;
    std::vector<ServerError> notices_;  ///< that came before a result that is not taken yet
    bool in_rows_ = false;              ///< rows of a result have been taken, and not its end
    std::string given_up_;  ///< why we stopped waiting, not empty: the connection is of no use
};

}  // namespace migrator::db::postgresql
