#include "db/mysql/connection.hpp"

#include <errmsg.h>
#include <fmt/format.h>
#include <mysqld_error.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <charconv>
#include <mutex>

#include "core/log.hpp"
#include "db/mysql/hints.hpp"
#include "db/mysql/password.hpp"
#include "db/sql/renewable_source.hpp"
#include "db/sql/time_limits.hpp"

namespace migrator::db::mysql {
namespace {

constexpr unsigned kConnectionKilled = 1927;  // of MariaDB
constexpr unsigned kClientWasSilent = 4031;   // of MySQL
constexpr int kRowsTakenInAtMost = 100;
constexpr std::chrono::seconds kCancelAgain{1};
constexpr std::size_t kSmallestPacket = 1 << 20;  // what any server takes

/// Columns for `take_reading`.
constexpr std::string_view kReading =
    "@@character_set_client, find_in_set('NO_BACKSLASH_ESCAPES', @@sql_mode) > 0, "
    "find_in_set('ANSI_QUOTES', @@sql_mode) > 0";

bool is_loss(unsigned number) {
    switch (number) {
        case CR_SERVER_GONE_ERROR:
        case CR_SERVER_LOST:
        case CR_SERVER_LOST_EXTENDED:
        case ER_SERVER_SHUTDOWN:
        case ER_NORMAL_SHUTDOWN:
        case ER_NET_READ_ERROR:
        case ER_NET_READ_INTERRUPTED:
        case ER_NET_ERROR_ON_WRITE:
        case ER_NET_WRITE_INTERRUPTED:
        case kConnectionKilled:
        case kClientWasSilent:
            return true;
        default:
            return false;
    }
}

/// Of the client library; a server's own are told apart by their numbers. 0: nobody says.
bool is_of_library(unsigned number) {
    return number == 0 || (number >= CR_MIN_ERROR && number <= CR_MAX_ERROR) ||
           (number >= CER_MIN_ERROR && number <= CER_MAX_ERROR);
}

void keep_alive(MYSQL* handle) {
    const int socket = static_cast<int>(mysql_get_socket(handle));
    const auto set = [&](int level, int name, auto number) {
        const int value = static_cast<int>(number);
        setsockopt(socket, level, name, &value, sizeof value);
    };
    set(SOL_SOCKET, SO_KEEPALIVE, 1);
    set(IPPROTO_TCP, TCP_KEEPIDLE, sql::kKeepAliveIdle.count());
    set(IPPROTO_TCP, TCP_KEEPINTVL, sql::kKeepAliveInterval.count());
    set(IPPROTO_TCP, TCP_KEEPCNT, sql::kKeepAliveCount);
    set(IPPROTO_TCP, TCP_USER_TIMEOUT, sql::kUnacknowledged.count());
}

void init_library() {
    static std::once_flag once;  // the library's own way is not thread-safe
    std::call_once(once, [] { mysql_server_init(0, nullptr, nullptr); });
}

std::size_t to_size(const sql::Value& value) {
    std::size_t size = 0;
    if (value) std::from_chars(value->data(), value->data() + value->size(), size);
    return size;
}

/// The library takes whole seconds, and 0 for "for ever".
unsigned seconds(std::chrono::milliseconds time) {
    return static_cast<unsigned>(std::max<std::int64_t>(1, (time.count() + 999) / 1000));
}

void set_timeouts(MYSQL* handle, const DataSource& source) {
    const auto set = [&](mysql_option option, std::optional<std::chrono::milliseconds> time) {
        if (!time || time->count() == 0) return;
        const unsigned value = seconds(*time);
        mysql_options(handle, option, &value);
    };
    set(MYSQL_OPT_CONNECT_TIMEOUT, source.connect_timeout.value_or(sql::kConnectPatience));
    set(MYSQL_OPT_READ_TIMEOUT, source.read_timeout);
    set(MYSQL_OPT_WRITE_TIMEOUT, source.write_timeout);
}

void set_tls(MYSQL* handle, const DataSource& source) {
    const my_bool yes = 1;
    const my_bool no = 0;
    if (source.tls == Tls::Off || !source.socket.empty()) return;
    mysql_options(handle, MYSQL_OPT_SSL_ENFORCE, &yes);
    const bool verified = source.tls == Tls::Verified;
    mysql_options(handle, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, verified ? &yes : &no);
    if (verified) mysql_options(handle, MYSQL_OPT_SSL_CA, authorities(source, false).c_str());
}

/// Without this list the library does what the server asks for, a password in clear text included.
void set_ways_to_log_in(MYSQL* handle, const DataSource& source) {
    std::string allowed = "caching_sha2_password,sha256_password,client_ed25519";
    if (source.allows_native_passwords) allowed += ",mysql_native_password";
    if (source.allows_cleartext_passwords) {
        const my_bool yes = 1;
        mysql_options(handle, MYSQL_ENABLE_CLEARTEXT_PLUGIN, &yes);
        allowed += ",mysql_clear_password";
    }
    mysql_optionsv(handle, MARIADB_OPT_RESTRICTED_AUTH, allowed.c_str());
}

/// Tells the client library what `source` says, before it connects: time-outs, TLS, which ways to
/// log in are allowed.
void set_options(MYSQL* handle, const DataSource& source) {
    set_timeouts(handle, source);
    set_tls(handle, source);
    set_ways_to_log_in(handle, source);
    const my_bool no = 0;
    // Else the library takes a socket for a host called localhost, whatever the port.
    const unsigned protocol = source.socket.empty() ? MYSQL_PROTOCOL_TCP : MYSQL_PROTOCOL_SOCKET;
    mysql_options(handle, MYSQL_OPT_PROTOCOL, &protocol);
    mysql_options(handle, MYSQL_OPT_RECONNECT, &no);
    const unsigned local_files = source.allows_local_files ? 1 : 0;
    mysql_options(handle, MYSQL_OPT_LOCAL_INFILE, &local_files);
    mysql_options(handle, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    if (source.compress) mysql_options(handle, MYSQL_OPT_COMPRESS, nullptr);
    const std::size_t largest = std::size_t{1} << 30U;  // what the server takes is asked later
    mysql_options(handle, MYSQL_OPT_MAX_ALLOWED_PACKET, &largest);
    mysql_optionsv(handle, MYSQL_OPT_CONNECT_ATTR_ADD, "program_name", "migrator");
}

/// For mysql_real_connect.
unsigned long client_flags(const DataSource& source) {
    unsigned long flags = CLIENT_MULTI_STATEMENTS | CLIENT_MULTI_RESULTS;
    if (source.allows_local_files) flags |= CLIENT_LOCAL_FILES;
    return flags;
}

}  // namespace

Connection::Connection(const DataSource& source, const Again& again) {
    init_library();
    connect(source);
    keep_alive(handle_.get());
    canceller_.emplace(kCancelAgain, [source, again, id = mysql_thread_id(handle_.get())] {
        DataSource other = again ? again() : source;
        other.connect_timeout = std::chrono::seconds(5);
        other.read_timeout = std::chrono::seconds(5);
        if (const auto error = Connection(other).run(fmt::format("kill query {}", id)).error) {
            log::debug("Could not cancel the statement in the database: " + describe(*error));
        }
    });
    prepare(source);
}

void Connection::connect(const DataSource& source) {
    std::vector<DataSource> ways = {source};
    if (source.tls == Tls::Preferred || source.falls_back_to_plain_text) {
        ways.push_back(source);
        ways.back().tls = Tls::Off;
    }
    for (const DataSource& way : ways) {
        handle_.reset(mysql_init(nullptr));
        if (!handle_) throw std::bad_alloc();
        set_options(handle_.get(), way);
        const bool by_socket = !way.socket.empty();
        MYSQL* connected = mysql_real_connect(
            handle_.get(),
            by_socket ? "localhost" : way.host.c_str(),
            way.user.c_str(),
            way.password.c_str(),
            way.database.empty() ? nullptr : way.database.c_str(),
            way.port,
            by_socket ? way.socket.c_str() : nullptr,
            client_flags(way)
        );
        const bool in_clear = mysql_get_ssl_cipher(handle_.get()) == nullptr;
        // The library takes what it gets, but for a certificate that it is to verify.
        const bool wants_tls =
            !by_socket && (way.tls == Tls::Verified || way.tls == Tls::Unverified);
        if (connected != nullptr && in_clear && wants_tls) {
            if (&way != &ways.back()) continue;
            Error no_tls(
                ErrorKind::Unavailable,
                "failed to connect to database: TLS is required, but the server does not support it"
            );
            no_tls.advise("enable TLS on the server, or change tls in dataSource");
            throw no_tls;
        }
        if (connected != nullptr) {
            files_.serve(handle_.get());
            lost_ = false;  // an earlier way may have been refused
            return;
        }
        const ServerError error = error_now();
        // Not when the server's certificate is a wrong one: somebody else would get the password.
        const bool has_no_tls = error.number == CR_SSL_CONNECTION_ERROR &&
                                (handle_->server_capabilities & CLIENT_SSL) == 0;
        if (&way != &ways.back() && has_no_tls) continue;
        const std::string why = "failed to connect to database: " + describe(error);
        const std::string advice = connect_hint_for(error);
        if (is_refused_password(error)) {
            sql::RefusedPassword refused(ErrorKind::Unavailable, why);
            refused.advise(advice);
            throw refused;
        }
        Error failed(ErrorKind::Unavailable, why);
        failed.advise(advice);
        throw failed;
    }
}

/// What every session of ours needs; the rest is the session's business.
void Connection::prepare(const DataSource& source) {
    std::optional<ServerError> error;
    const auto charsets =
        source.charsets.empty() ? std::vector<std::string>{"utf8mb4"} : source.charsets;
    for (const std::string& charset : charsets) {
        const bool with_collation = charset == "utf8mb4" || !source.collation.empty();
        const std::string collation =
            source.collation.empty() ? "utf8mb4_general_ci" : source.collation;
        error = run(with_collation ? fmt::format("set names {} collate {}", charset, collation)
                                   : fmt::format("set names {}", charset))
                    .error;
        if (!error) break;
    }
    if (error) throw Error(ErrorKind::Configuration, "dataSource: charset: " + describe(*error));
    for (const auto& [name, value] : source.settings) {
        error = run(fmt::format("set {} = {}", name, value)).error;
        if (!error) continue;
        // The server quotes the value, which is nobody's business.
        throw Error(
            ErrorKind::Configuration,
            fmt::format(
                "dataSource: the server rejected the parameter {} or its value (error {})",
                name,
                error->number
            )
        );
    }
    // Whatever the scripts are written in: what we read is UTF-8.
    error = run(fmt::format(
                    "set character_set_results = utf8mb4; "
                    "select {}, @@character_set_connection, @@max_allowed_packet limit 1",
                    kReading
                ),
                [&](const sql::Row& row) {
                    take_reading(row);
                    max_allowed_packet_ = to_size(row.at(4));
                    reads_quoted_literals_ =
                        row.at(0) == "utf8mb4" && row.at(3) == "utf8mb4" && backslashes_escape();
                }
    ).error;
    if (error) throw own_sql_error(*error);
    if (source.max_allowed_packet) {
        max_allowed_packet_ = std::min(max_allowed_packet_, *source.max_allowed_packet);
    }
    max_allowed_packet_ = std::max(max_allowed_packet_, kSmallestPacket);
}

void Connection::close() noexcept {
    result_.reset();
    decltype(handle_) gone(mysql_init(nullptr));  // says so to whoever asks it
    if (!gone) return cut();
    handle_ = std::move(gone);
    lost_ = true;
}

void Connection::watch(std::stop_token stop) { canceller_->watch(std::move(stop)); }
void Connection::set_undisturbed(bool undisturbed) { canceller_->set_undisturbed(undisturbed); }
void Connection::set_limit(std::optional<std::chrono::milliseconds> limit) {
    canceller_->set_limit(limit);
}

void Connection::occupy() {
    while (occupied_.exchange(true)) occupied_.wait(true);
    if (canceller_) canceller_->begin();
}

void Connection::release() {
    if (canceller_) canceller_->end();
    last_used_ = Clock::now();
    occupied_ = false;
    occupied_.notify_all();
}

ServerError Connection::error_now() {
    ServerError error;
    error.number = mysql_errno(handle_.get());
    error.sqlstate = mysql_sqlstate(handle_.get());
    error.message = mysql_error(handle_.get());
    error.connection_lost = is_loss(error.number) || is_of_library(error.number);
    if (const auto problem = files_.take_problem()) {
        error = {.number = problem->number, .sqlstate = "HY000", .message = problem->message};
        if (problem->cut) cut();
        return error;
    }
    if (error.number == 0) {
        error.number = CR_UNKNOWN_ERROR;
        error.message = "the client library ended the answer of the server without a reason";
    }
    if (error.connection_lost) cut();
    return error;
}

/// What is under way must not be taken for the answer to something else.
void Connection::cut() noexcept {
    lost_ = true;
    const int socket = static_cast<int>(mysql_get_socket(handle_.get()));
    if (socket >= 0) shutdown(socket, SHUT_RDWR);
}

std::optional<ServerError> Connection::send(std::string_view text, LocalFiles::Asked files) {
    occupy();
    files_.expect(files);
    if (mysql_real_query(handle_.get(), text.data(), text.size()) == 0) return std::nullopt;
    ServerError error = error_now();
    release();
    return error;
}

/// Whether the result that has come has rows; skips those that have none. False at the end.
bool Connection::begin_result(std::optional<ServerError>& error) {
    while (true) {
        if (mysql_field_count(handle_.get()) > 0) {
            result_.reset(mysql_use_result(handle_.get()));
            if (result_) return true;
            error = error_now();
            return false;
        }
        if (!has_next_result(error)) return false;
    }
}

/// Goes on to the next result. The library says "there is none" also when one could not be read;
/// the server has said whether there is one.
bool Connection::has_next_result(std::optional<ServerError>& error) {
    const bool announced = (handle_->server_status & SERVER_MORE_RESULTS_EXIST) != 0;
    if (announced && mysql_next_result(handle_.get()) == 0) return true;
    const bool has_rows_left = handle_->status != MYSQL_STATUS_READY;
    if (announced || has_rows_left || mysql_errno(handle_.get()) != 0) error = error_now();
    return false;
}

bool Connection::fetch(sql::Row& row, std::optional<ServerError>& error) {
    const MYSQL_ROW columns = mysql_fetch_row(result_.get());
    const unsigned long* lengths =
        columns == nullptr ? nullptr : mysql_fetch_lengths(result_.get());
    const unsigned count = mysql_num_fields(result_.get());
    if (lengths == nullptr || count == 0) {
        if (mysql_errno(handle_.get()) != 0 || mysql_eof(result_.get()) == 0) error = error_now();
        return false;
    }
    row.resize(count);
    for (std::size_t i = 0; i < row.size(); ++i) {
        row[i].reset();
        if (columns[i] != nullptr) row[i].emplace(columns[i], lengths[i]);
    }
    return true;
}

bool Connection::next_row(sql::Row& row, std::optional<ServerError>& error) {
    while (true) {
        if (!result_ && !begin_result(error)) break;
        if (fetch(row, error)) return true;
        result_.reset();
        if (error || !has_next_result(error)) break;
    }
    release();
    return false;
}

void Connection::abandon_rows() {
    sql::Row row;
    std::optional<ServerError> error;
    for (int i = 0; i < kRowsTakenInAtMost; ++i) {
        if (!next_row(row, error)) return;
    }
    // What is left could be a gigabyte: the connection is closed instead.
    cut();
    result_.reset();
    release();
}

std::optional<ServerError> Connection::take_rows(const sql::RowSink& row) {
    result_.reset(mysql_use_result(handle_.get()));
    if (!result_) return error_now();
    sql::Row values;
    std::optional<ServerError> error;
    while (fetch(values, error)) {
        if (row) row(values);
    }
    result_.reset();
    return error;
}

Connection::Answer Connection::run(
    std::string_view text, const sql::RowSink& row, LocalFiles::Asked files
) {
    Answer answer;
    answer.error = send(text, files);
    if (answer.error) return answer;
    try {
        do {
            if (mysql_field_count(handle_.get()) > 0) answer.error = take_rows(row);
            if (answer.error) break;
            ++answer.results;
            if (ran_) ran_(mysql_warning_count(handle_.get()));
        } while (has_next_result(answer.error));
    } catch (...) {  // of `row`
        cut();
        result_.reset();
        release();
        throw;
    }
    release();
    return answer;
}

bool Connection::in_transaction() const noexcept {
    return (handle_->server_status & SERVER_STATUS_IN_TRANS) != 0;
}

bool Connection::backslashes_escape() const noexcept {
    return (handle_->server_status & SERVER_STATUS_NO_BACKSLASH_ESCAPES) == 0;
}

std::optional<ServerError> Connection::look_at_reading(bool may_be_new) {
    const bool says_names = (handle_->server_status & SERVER_STATUS_ANSI_QUOTES) != 0;
    const bool flags_differ =
        backslashes_escape() != reading_.standard_conforming_strings ||
        (mariadb_connection(handle_.get()) != 0 && says_names != reading_.double_quoted_names);
    if (!may_be_new && !flags_differ) return std::nullopt;
    return run(fmt::format("select {} limit 1", kReading),
               [&](const sql::Row& row) { take_reading(row); }
    ).error;
}

void Connection::take_reading(const sql::Row& row) {
    reading_ = {
        .standard_conforming_strings = row.at(1) != "1",
        .double_quoted_names = row.at(2) == "1",
        .encoding = script::encoding_called(row.at(0).value_or(""))};
}

bool Connection::is_mariadb() const noexcept {
    return server_version().find("MariaDB") != std::string::npos &&
           mariadb_connection(handle_.get()) != 0;
}

std::string Connection::server_version() const {
    const char* version = mysql_get_server_info(handle_.get());
    return version == nullptr ? std::string() : version;
}

bool Connection::is_tidb() const { return server_version().find("TiDB") != std::string::npos; }

/// A server that ends a session says so, or closes it: nobody waits for the next ping then.
bool Connection::is_readable() const {
    pollfd socket{.fd = static_cast<int>(mysql_get_socket(handle_.get())), .events = POLLIN};
    return poll(&socket, 1, 0) > 0;
}

bool Connection::ping_if_idle(std::chrono::milliseconds idle) {
    if (lost_) return false;
    if (occupied_.exchange(true)) return true;  // somebody works
    const bool is_idle = Clock::now() - last_used_ >= idle || is_readable();
    const bool alive = !is_idle || mysql_ping(handle_.get()) == 0;
    if (!alive) lost_ = true;
    if (is_idle) last_used_ = Clock::now();
    occupied_ = false;
    occupied_.notify_all();
    return alive;
}

}  // namespace migrator::db::mysql
