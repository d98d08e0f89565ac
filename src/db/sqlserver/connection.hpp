#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "db/sql/canceller.hpp"
#include "db/sql/session.hpp"
#include "db/sqlserver/odbc.hpp"
#include "db/sqlserver/server_error.hpp"

namespace migrator::db::sqlserver {

/// What a connection is opened with. Holds secrets: never into a log or an error.
struct ConnectSettings {
    std::string connection_string;           ///< as the ODBC driver takes it, its name included
    std::chrono::seconds login_timeout{15};  ///< for all of connecting
    unsigned packet_size = 0;                ///< bytes; 0: the driver's default
    std::uint16_t watched_port = 0;          ///< of a server to which the driver holds no limit
    bool operator==(const ConnectSettings&) const = default;
};

/// One ODBC connection. Knows ODBC, and nothing of SQL Server. One thread at a time.
class Connection {
public:
    /// The driver or the server has refused to connect.
    class Refused : public Error {
    public:
        explicit Refused(ServerError error)
            : Error(ErrorKind::Unavailable, describe(error)), error_(std::move(error)) {}
        const ServerError& error() const { return error_; }

    private:
        ServerError error_;
    };

    /// Throws Refused.
    explicit Connection(const ConnectSettings& settings);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Runs a text without parameters to the end of its last result. `row` may be null. After an
    /// error, the first one, what is left of the text is given up.
    std::optional<ServerError> run(std::string_view text, const sql::RowSink& row = nullptr);

    /// From now on `tell` is given what the server says beside its results. Null: nobody is.
    void tell_infos(std::function<void(const ServerError&)> tell) { tell_ = std::move(tell); }
    /// For the statements: a call has succeeded and has something to say.
    void hear(SQLHSTMT statement);

    /// The longest that one call may take, in whole seconds, rounded up; unset: no limit. Then the
    /// driver cancels the statement, which fails with SQLSTATE HYT00.
    void set_time_limit(std::optional<std::chrono::milliseconds> limit);
    std::chrono::seconds time_limit() const { return time_limit_; }  ///< 0: none

    /// Cancels the call under way.
    sql::Canceller& canceller() { return canceller_; }
    /// A call on `statement` is under way while it lives.
    class Call {
    public:
        Call(Connection& connection, SQLHSTMT statement);
        ~Call();
        Call(const Call&) = delete;
        Call& operator=(const Call&) = delete;

    private:
        Connection& connection_;
    };
    bool is_lost() const noexcept { return lost_; }
    /// Closes it; the server rolls back. It is lost afterwards.
    void close() noexcept;
    /// After a failed call: notes when the connection is gone, in `error` too.
    void look_at(ServerError& error);

    SQLHDBC handle() const { return connection_.get(); }

private:
    const EnvironmentHandle environment_;
    const ConnectionHandle connection_;
    bool connected_ = false;
    bool lost_ = false;
    std::chrono::seconds time_limit_{0};
    std::function<void(const ServerError&)> tell_;
    SQLHSTMT called_ = nullptr;  ///< of the call under way
    sql::Canceller canceller_;
};

}  // namespace migrator::db::sqlserver
