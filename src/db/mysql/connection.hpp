#pragma once

#include <mysql.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/freed_by.hpp"
#include "db/mysql/data_source.hpp"
#include "db/mysql/local_files.hpp"
#include "db/mysql/server_error.hpp"
#include "db/sql/canceller.hpp"
#include "db/sql/session.hpp"
#include "script/reading.hpp"

namespace migrator::db::mysql {

/// A connection to a server. One thread at a time; beside it a heartbeat may call `ping_if_idle`.
/// Blocks inside the client library; a stop request is carried out by a thread of its own, which
/// sends KILL QUERY over another connection.
class Connection {
public:
    /// Gives the data source for a further connection, with a token that is still good.
    using Again = std::function<DataSource()>;

    /// Throws Unavailable ("failed to connect to database: …"), RefusedPassword among them. `again`
    /// may be null: `source` is good.
    explicit Connection(const DataSource& source, const Again& again = nullptr);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// When `stop` is requested, what runs is cancelled in the database, again each second while
    /// it goes on.
    void watch(std::stop_token stop);
    /// Until it is set to false again no stop request cancels anything.
    void set_undisturbed(bool undisturbed);
    /// What runs longer than that is cancelled, from the next `run` on; unset: nothing is.
    void set_limit(std::optional<std::chrono::milliseconds> limit);

    /// What a message of one statement or several has given.
    struct Answer {
        std::size_t results = 0;           ///< statements that have run
        std::optional<ServerError> error;  ///< of the one behind them
    };
    /// Sends `text` and takes in all results. `row` may be null. An error of the client library, or
    /// one that it gives no reason for, loses the connection: results may be under way that would
    /// be taken for those of the next message.
    Answer run(
        std::string_view text,
        const sql::RowSink& row = nullptr,
        LocalFiles::Asked files = LocalFiles::Asked::Never
    );
    /// From now on `run` tells of each statement that has run, and how many warnings the server has
    /// for it. Null: nobody is told.
    using Ran = std::function<void(unsigned warnings)>;
    void tell_ran(Ran ran) { ran_ = std::move(ran); }
    /// The number of the server's session.
    unsigned long id() const noexcept { return mysql_thread_id(handle_.get()); }

    /// Sends `text` for `next_row`.
    std::optional<ServerError> send(
        std::string_view text, LocalFiles::Asked files = LocalFiles::Asked::Never
    );
    /// The next row of any of its results; false after the last. Only when it returns false, or
    /// sets `error`, something else can be sent.
    bool next_row(sql::Row& row, std::optional<ServerError>& error);
    /// Gives up the rows that are left: a few are taken in, with more the connection is lost.
    void abandon_rows();

    bool is_lost() const noexcept { return lost_; }
    /// Ends the server's session; the connection is lost then.
    void close() noexcept;
    bool in_transaction() const noexcept;
    /// In strings, by the flag of the last answer. After code that sets `sql_mode` for itself alone
    /// servers say so to the end of the session, though it does not hold.
    bool backslashes_escape() const noexcept;
    /// How the server reads text, by what it said when it was asked last.
    const script::Reading& reading() const noexcept { return reading_; }
    /// Asks when `may_be_new`, or when the flags of the last answer say otherwise.
    std::optional<ServerError> look_at_reading(bool may_be_new);
    /// Text in UTF-8 between quotes, with backslashes as escapes, is what it says, as long as
    /// nobody changes the session.
    bool reads_quoted_literals() const noexcept { return reads_quoted_literals_; }
    bool is_mariadb() const noexcept;
    std::string server_version() const;  ///< "10.11.6-MariaDB…", "8.0.36", "5.7.25-TiDB-v7…"
    bool is_tidb() const;
    std::size_t max_allowed_packet() const noexcept { return max_allowed_packet_; }

    /// Whether the connection answers, if nothing has been sent for `idle`, or the server has
    /// something to say that it was not asked for; else, whether it is not known to be lost.
    bool ping_if_idle(std::chrono::milliseconds idle);

private:
    using Clock = std::chrono::steady_clock;

    void connect(const DataSource& source);
    void prepare(const DataSource& source);
    ServerError error_now();
    /// The next row of the result in work; false when there is none, or `error` is set.
    bool fetch(sql::Row& row, std::optional<ServerError>& error);
    std::optional<ServerError> take_rows(const sql::RowSink& row);
    bool begin_result(std::optional<ServerError>& error);
    bool has_next_result(std::optional<ServerError>& error);
    void cut() noexcept;
    void take_reading(const sql::Row& row);
    bool is_readable() const;
    void occupy();
    void release();

    std::unique_ptr<MYSQL, FreedBy<mysql_close>> handle_;
    LocalFiles files_;
    std::unique_ptr<MYSQL_RES, FreedBy<mysql_free_result>> result_;  ///< rows still to come
    std::atomic<bool> occupied_ = false;                             ///< a command is under way
    std::atomic<bool> lost_ = false;
    Clock::time_point last_used_;
    std::size_t max_allowed_packet_ = 0;
    bool reads_quoted_literals_ = false;
    Ran ran_;
    script::Reading reading_;
    std::optional<sql::Canceller> canceller_;
};

}  // namespace migrator::db::mysql
