#include "db/mysql/session.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/count_of.hpp"
#include "core/error.hpp"
#include "core/log.hpp"
#include "db/mysql/literal.hpp"
#include "db/mysql/run_lock.hpp"

namespace migrator::db::mysql {
namespace {

constexpr std::size_t kRowsPiece = 1 << 20;    // bytes of contents at once
constexpr std::size_t kRoomForNames = 16'384;  // beside contents in a message

/// "Some non-transactional changed tables couldn't be rolled back".
constexpr std::string_view kIncompleteRollback = "1196";

/// Whether this text of a script, with which a message ends, may ask for a file. What runs at run
/// time may; and where any number of statements may be in the text, some stand behind it perhaps.
LocalFiles::Asked files_asked(bool reads_file, bool uncounted, std::string_view text) {
    const bool may_be_several = uncounted && text.find(';') != std::string_view::npos;
    if (reads_file && !may_be_several) return LocalFiles::Asked::Alone;
    return uncounted ? LocalFiles::Asked::Anywhere : LocalFiles::Asked::Never;
}

/// The rows of our own SQL, as the server sends them.
class Rows final : public sql::RowSource {
public:
    /// Sends `text`. Throws as `sql::Session::open`.
    Rows(Connection& connection, std::string_view text) : connection_(connection) {
        if (const auto error = connection_.send(text)) throw own_sql_error(*error);
        open_ = true;
    }
    ~Rows() override {
        if (open_) connection_.abandon_rows();
    }
    Rows(const Rows&) = delete;
    Rows& operator=(const Rows&) = delete;

    bool next(sql::Row& row) override {
        if (!open_) return false;
        std::optional<ServerError> error;
        if (connection_.next_row(row, error)) return true;
        open_ = false;
        if (error) throw own_sql_error(*error);
        return false;
    }

private:
    Connection& connection_;
    bool open_ = false;
};

/// A row of SHOW WARNINGS.
Notice notice_of(const sql::Row& row, std::uint32_t line) {
    const std::string level = row.at(0).value_or("");
    return {
        .file = {},
        .schema = {},
        .line = line,
        .level = level,
        .sqlstate = {},
        .message = fmt::format("{} ({})", row.at(2).value_or(""), row.at(1).value_or("")),
        .is_warning = level != "Note"};
}

}  // namespace

Session::Session(std::shared_ptr<Connection> connection, std::string prefix)
    : Session(WorkConnection{.connection = std::move(connection)}, nullptr, std::move(prefix)) {}

Session::Session(WorkConnection work, Reopen reopen, std::string prefix)
    : work_(std::move(work)),
      reopen_(std::move(reopen)),
      prefix_(std::move(prefix)),
      plain_(work_.connection->reads_quoted_literals()),
      one_statement_each_(work_.connection->is_tidb()) {}

Session::~Session() {
    if (!work_.connection->is_lost() && work_.connection->in_transaction()) rollback();
}

RecordedAs Session::recorded_as(bool with_version) const {
    return {
        .with_version = with_version,
        .plain = is_plain(),
        .longest = work_.connection->max_allowed_packet() - kRoomForNames,
        .prefix = prefix_};
}

bool Session::is_lost() const noexcept {
    return !work_.connection->ping_if_idle(std::chrono::hours(1));
}

void Session::watch(std::stop_token stop) {
    stop_ = std::move(stop);
    work_.connection->watch(stop_);
}

void Session::reset() {
    // In a transaction are our own statements alone.
    if (!reopen_ || (!ran_scripts_ && work_.connection->in_transaction())) return;
    work_.held.reset();  // gives the lock back
    work_.connection->close();
    work_ = reopen_(stop_);
    plain_ = work_.connection->reads_quoted_literals();
    has_limits_ = false;
    ran_scripts_ = false;
}

void Session::begin_scripts() {
    if (ran_scripts_) return;
    if (!work_.gives_back.empty()) execute(work_.gives_back);
    ran_scripts_ = true;
}

std::unique_ptr<sql::RowSource> Session::open(
    std::string_view sql, std::span<const sql::Value> parameters
) {
    const std::string text = bind(sql, parameters, is_plain());
    if (text.size() >= work_.connection->max_allowed_packet()) {
        throw Error(
            ErrorKind::Internal,
            fmt::format(
                "a message of {} bytes is larger than the server accepts (max_allowed_packet)",
                text.size()
            )
        );
    }
    return std::make_unique<Rows>(*work_.connection, text);
}

void Session::execute(const std::string& text) {
    if (const auto error = work_.connection->run(text).error) throw own_sql_error(*error);
}

void Session::begin(const sql::WorkSettings& settings, std::string_view /*run_id*/) {
    set_limits(settings);
    execute("start transaction");
}

void Session::set_limits(const sql::WorkSettings& settings) {
    if (has_limits_ || (!settings.statement_timeout && !settings.lock_timeout)) return;
    std::string text;
    if (settings.lock_timeout && settings.lock_timeout->count() > 0) {
        const auto seconds =
            std::max<std::int64_t>(1, (settings.lock_timeout->count() + 999) / 1000);
        text = fmt::format(
            "set session lock_wait_timeout = {0}; set session innodb_lock_wait_timeout = {0}",
            seconds
        );
    }
    if (settings.statement_timeout && settings.statement_timeout->count() > 0) {
        if (work_.connection->is_mariadb()) {
            text += fmt::format(
                "{}set session max_statement_time = {}.{:03}",
                text.empty() ? "" : "; ",
                settings.statement_timeout->count() / 1000,
                settings.statement_timeout->count() % 1000
            );
        } else {
            // MySQL limits nothing but SELECT: each statement is watched from here.
            one_statement_each_ = true;
            work_.connection->set_limit(settings.statement_timeout);
        }
    }
    if (!text.empty()) execute(text);
    has_limits_ = true;
}

std::optional<sql::Failure> Session::run_statement(
    const sql::ScriptRun& script, std::size_t index
) {
    const script::Statement& statement = script.script->statements[index];
    const auto text = script.text.piece(statement.begin, statement.end);
    const bool uncounted = (statement.traits & script::kUncountedResults) != 0;
    const bool reads_file = (statement.traits & script::kReadsClientFile) != 0;
    const auto files = files_asked(reads_file, uncounted, text);
    unsigned warnings = 0;
    std::optional<ServerError> error;
    {
        const sql::SentPart part{&script, index, 1};
        const sql::Observed observed(
            observer_, {.session = id(), .parts = {&part, 1}, .is_told_of_each = true}
        );
        work_.connection->tell_ran([&](unsigned count) { warnings = count; });
        error = work_.connection->run(text, nullptr, files).error;
        work_.connection->tell_ran(nullptr);
    }
    if (!error && warnings > 0 && observer_ != nullptr) tell_warnings(script, index);
    if (!error) return std::nullopt;
    sql::Failure failure = failure_of(*error, index + 1, statement.line);
    failure.step = script.step;
    return failure;
}

void Session::tell_warnings(const sql::ScriptRun& script, std::size_t index) {
    const std::uint32_t line = script.script->statements[index].line;
    work_.connection->run("show warnings", [&](const sql::Row& row) {
        observer_->said(script, notice_of(row, line));
    });
}

std::optional<sql::Failure> Session::run_scripts(std::span<const sql::ScriptRun> scripts) {
    begin_scripts();
    for (const sql::ScriptRun& script : scripts) {
        if (manners_of(script).changes_session) plain_ = false;
        FollowedScript followed(script);
        if (auto failure = read_on(followed, 0)) return failure;
        for (std::size_t i = 0; i < followed.run().script->statements.size(); ++i) {
            if (auto failure = run_statement(followed.run(), i)) return failure;
            if (auto failure = read_on(followed, i + 1)) return failure;
        }
    }
    return std::nullopt;
}

std::optional<sql::Failure> Session::read_on(FollowedScript& script, std::size_t statements) {
    const auto& found = script.run().script->statements;
    const bool may_be_new =
        statements > 0 && (found[statements - 1].traits & script::kChangesLexing) != 0;
    sql::Failure failure;
    if (const auto error = work_.connection->look_at_reading(may_be_new)) {
        failure = failure_of(*error, 0, 0);
        failure.message = "Could not read the settings of the session: " + failure.message;
    } else {
        script.follow(statements, work_.connection->reading());
        failure.message = script.problem();
    }
    failure.step = script.run().step;
    if (failure.message.empty()) return std::nullopt;
    return failure;
}

std::optional<sql::Failure> Session::run_without_transaction(
    const sql::ScriptRun& script,
    const sql::WorkSettings& settings,
    const std::function<void(std::size_t statements)>& done
) {
    begin_scripts();
    set_limits(settings);
    plain_ = false;
    execute("set autocommit = 1");
    FollowedScript followed(script);
    std::optional<sql::Failure> failure = read_on(followed, 0);
    const auto& statements = [&]() -> auto& { return followed.run().script->statements; };
    bool locks = false;
    for (std::size_t i = 0; i < statements().size() && !failure; ++i) {
        locks = locks || (statements()[i].traits & script::kLocksTables) != 0;
        failure = run_statement(followed.run(), i);
        if (!failure) failure = read_on(followed, i + 1);
        if (!failure && !work_.connection->in_transaction() && !locks && done) done(i + 1);
    }
    if (work_.connection->is_lost()) return failure;
    const bool left_open = work_.connection->in_transaction();
    if (left_open) rollback();
    if (locks) execute("unlock tables");
    check_lock();
    if (!failure && left_open) {
        failure = sql::Failure{.step = script.step, .statement = statements().size()};
        failure->message =
            "the script left a transaction open, which was rolled back; end it with COMMIT";
    }
    return failure;
}

void Session::insert_rows(
    std::int64_t version_id, const std::string& /*created*/, std::span<const sql::MetadataRow> rows
) {
    // Pieces, as a message of all rows would be in memory as a whole.
    while (!rows.empty()) {
        std::size_t count = 0;
        std::size_t bytes = 0;
        while (count < rows.size() && bytes < kRowsPiece) {
            bytes += rows[count++].migration->contents.size();
        }
        in_context("Failed to add migration entry", [&] {
            for (const std::string& text :
                 insert_rows_statements(version_id, rows.first(count), recorded_as(false))) {
                execute(text);
            }
        });
        rows = rows.subspan(count);
    }
}

std::optional<sql::Failure> Session::commit() {
    const auto error = work_.connection->run("commit").error;
    if (!error) return std::nullopt;
    return failure_of(*error, 0, 0);
}

void Session::rollback() noexcept try {
    if (work_.connection->is_lost()) return;
    work_.connection->set_undisturbed(true);
    if (const auto error = work_.connection->run("rollback").error) {
        log::warn("Could not roll back: " + describe(*error));
    }
    work_.connection->set_undisturbed(false);
} catch (const std::exception& error) {
    log::warn(std::string("Could not roll back: ") + error.what());
}

std::size_t Session::most_workers() const { return work_.connection->is_tidb() ? 1 : kMostWorkers; }

void Session::check_lock() {
    if (work_.lock.empty()) return;
    bool holds = false;
    const auto answer = work_.connection->run(
        fmt::format("select is_used_lock('{}') = connection_id()", work_.lock),
        [&](const sql::Row& row) { holds = sql::Row(row).at(0) == "1"; }
    );
    const bool has_no_such_function = work_.connection->is_tidb();
    if (answer.error && !has_no_such_function) throw own_sql_error(*answer.error);
    if (answer.error || holds) return;
    throw Error(ErrorKind::Locked, "lost the migration lock: the script released it");
}

struct Session::Message {
    std::string text;
    std::vector<Part> parts;

    LocalFiles::Asked files() const {
        const Part& last = parts.back();
        return files_asked(last.reads_file, last.uncounted, last.text);
    }
};

/// Scripts on their way, and a message in the making.
struct Session::Recording {
    const sql::VersionRow& version;
    const std::span<const sql::RecordedScript> scripts;
    const sql::WorkSettings& settings;
    bool runs_anything = false;

    Message message;

    /// The newest of the scripts as the server reads it.
    const sql::RecordedScript* followed = nullptr;
    std::size_t followed_index = 0;

    const sql::RecordedScript& script_of(const Part& part) const {
        return followed != nullptr && part.script == followed_index ? *followed
                                                                    : scripts[part.script];
    }
};

std::optional<sql::Failure> Session::run_recorded(
    const sql::VersionRow& version,
    std::span<const sql::RecordedScript> scripts,
    const sql::WorkSettings& settings
) {
    begin_scripts();
    warned_ = {};
    Recording recording{.version = version, .scripts = scripts, .settings = settings};
    for (std::size_t i = 0; i < scripts.size(); ++i) {
        if (auto failure = record(recording, i)) return failure;
    }
    if (auto failure = send(recording)) return failure;
    version_recorded_ = version_recorded_ || !scripts.empty();
    if (recording.runs_anything) check_lock();
    return std::nullopt;
}

Connection::Answer Session::run_observed(const Recording& recording, const Message& message) {
    const LocalFiles::Asked files = message.files();
    if (observer_ == nullptr) return work_.connection->run(message.text, nullptr, files);
    std::vector<sql::SentPart> parts;
    for (const Part& part : message.parts) {
        const bool is_ours = part.kind != Part::Kind::Script;
        parts.push_back({&recording.script_of(part).run, part.statement, 1, is_ours});
    }
    const sql::Observed observed(
        observer_, {.session = id(), .parts = parts, .is_told_of_each = true}
    );
    std::size_t at = 0;
    const auto kind = [&] {
        return at < message.parts.size() ? message.parts[at].kind : Part::Kind::Ours;
    };
    const auto take_row = [&](const sql::Row& row) {
        if (kind() == Part::Kind::Warnings && warned_.run != nullptr) {
            observer_->said(*warned_.run, notice_of(row, warned_.line));
        }
    };
    work_.connection->tell_ran([&](unsigned warnings) {
        if (kind() == Part::Kind::Warnings) warned_ = {};
        if (kind() == Part::Kind::Script && warnings > 0) {
            tell_unlisted();
            const Part& part = message.parts[at];
            const auto& statements = recording.script_of(part).run.script->statements;
            const sql::ScriptRun& run = recording.scripts[part.script].run;
            warned_ = {&run, statements[part.statement].line, warnings};
        }
        ++at;
        observed.ran();
    });
    auto answer = work_.connection->run(message.text, take_row, files);
    work_.connection->tell_ran(nullptr);
    return answer;
}

/// The server forgets what it had to say of a statement when the next one begins.
void Session::tell_unlisted() {
    if (warned_.run == nullptr) return;
    Notice notice = notice_of({"Warning", "", ""}, warned_.line);
    notice.message = count_of(std::size_t{warned_.count}, "warning", "warnings") +
                     ", not listed by the server once the next statement runs";
    observer_->said(*warned_.run, std::move(notice));
    warned_ = {};
}

std::optional<sql::Failure> Session::record(Recording& recording, std::size_t index) {
    FollowedScript followed(recording.scripts[index].run);
    // Those that wait before it change nothing of that.
    if (auto unread = read_on(followed, 0)) {
        if (auto failure = send(recording)) return failure;
        return unread;
    }
    sql::RecordedScript script = recording.scripts[index];
    script.run = followed.run();
    const sql::WorkSettings& settings = recording.settings;
    const Manners manners = manners_of(script.run);
    if (!has_limits_ && (settings.statement_timeout || settings.lock_timeout)) {
        if (auto failure = send(recording)) return failure;
        set_limits(settings);
    }
    recording.followed = &script;
    recording.followed_index = index;
    if (manners.changes_session) plain_ = false;  // also for its own row
    recording.runs_anything = recording.runs_anything || manners.apart;
    std::optional<sql::Failure> failure;
    if (index == 0 || manners.apart) {
        failure = add(recording, {.script = index, .text = "set autocommit = 0"});
    }
    const RecordedAs as = recorded_as(!version_recorded_ && index == 0);
    std::vector<Part> parts = parts_of(recording.version, script, index, as);
    for (std::size_t i = 0; i < parts.size() && !failure; ++i) {
        const bool is_statement = parts[i].kind == Part::Kind::Script;
        const std::size_t statement = parts[i].statement;
        failure = add(recording, std::move(parts[i]));
        if (failure || !manners.apart || !is_statement) continue;
        const std::size_t times_found = followed.times_found();
        failure = read_on(followed, statement + 1);
        if (failure || followed.times_found() == times_found) continue;
        // What has been sent is the same, whatever comes behind it.
        script.run = followed.run();
        parts = parts_of(recording.version, script, index, as);
    }
    // What waits is told of by the statements that were found first.
    if (!failure && followed.times_found() > 0) failure = send(recording);
    recording.followed = nullptr;
    if (!failure && manners.changes_session) has_limits_ = false;
    return failure;
}

std::optional<sql::Failure> Session::add(Recording& recording, Part part) {
    const bool is_script = part.kind == Part::Kind::Script;
    const bool too_long = recording.message.text.size() + part.text.size() + 2 >
                          work_.connection->max_allowed_packet();
    const bool by_itself = part.reads_file || (one_statement_each_ && is_script);
    if ((too_long || by_itself) && !recording.message.parts.empty()) {
        if (auto failure = send(recording)) return failure;
    }
    const bool alone = part.ends_message || part.uncounted || by_itself;
    if (!recording.message.text.empty()) recording.message.text += ";\n";
    recording.message.text += part.text;
    recording.message.parts.push_back(std::move(part));
    return alone ? send(recording) : std::nullopt;
}

std::optional<sql::Failure> Session::send(Recording& recording) {
    if (recording.message.parts.empty()) return std::nullopt;
    const Message message = std::exchange(recording.message, {});
    const std::vector<Part>& parts = message.parts;
    const Part& last = parts.back();
    const Connection::Answer answer = run_observed(recording, message);
    const std::size_t count = parts.size();
    if (answer.error) {
        const Part& part = parts[std::min(answer.results, count - 1)];
        return failure_at(part, *answer.error, recording.script_of(part));
    }
    const bool fits = last.uncounted ? answer.results >= count : answer.results == count;
    if (fits) return std::nullopt;
    // Nobody knows which answer belongs to which statement, nor whether more are to come.
    work_.connection->close();
    sql::Failure failure;
    failure.step = recording.script_of(parts.front()).run.step;
    failure.message = fmt::format(
        "the server returned {} results for {} statements, so migrator cannot tell what was "
        "executed; no further statement was sent",
        answer.results,
        count
    );
    failure.hint =
        "\"migrator status\" shows which files are recorded and which statement is in doubt; "
        "please "
        "report this with the file";
    return failure;
}

sql::Failure Session::failure_at(
    const Part& part, const ServerError& error, const sql::RecordedScript& script
) {
    sql::Failure failure;
    if (part.kind == Part::Kind::Script) {
        const script::Statement& statement = script.run.script->statements[part.statement];
        failure = failure_of(error, part.statement + 1, statement.line);
    } else {
        failure = failure_of(error, 0, 0);
        const bool is_record = part.kind == Part::Kind::Record;
        failure.message = (is_record ? "Failed to add migration entry: "
                                     : "Could not record the progress of the file: ") +
                          failure.message;
    }
    failure.step = script.run.step;
    if (work_.connection->is_lost() && !failure.connection_lost) {
        failure.connection_lost = !replace_closed();
    }
    if (failure.connection_lost) return failure;
    const bool repeatable =
        is_lock_failure(error) && is_uncommitted(part, script) && rolls_back_whole();
    failure.kept = what_stays(part, script);
    failure.may_repeat = repeatable && failure.kept == script.skipped;
    return failure;
}

bool Session::replace_closed() noexcept try {
    reset();
    return !work_.connection->is_lost();
} catch (const std::exception& error) {
    log::warn(std::string("Could not open another connection: ") + error.what());
    return false;
}

/// Whether all that the script had done when the part failed can be rolled back. A single statement
/// does all or nothing; one that may commit commits what came before it even when it fails.
bool Session::is_uncommitted(const Part& part, const sql::RecordedScript& script) {
    const script::Script& found = *script.run.script;
    const std::size_t count = found.statements.size();
    const std::size_t first = first_sent(found, script.skipped);
    const std::size_t ran = part.kind == Part::Kind::Record ? count : part.statement;
    for (std::size_t i = first; i < std::min(ran + 1, count); ++i) {
        const auto traits = found.statements[i].traits;
        if ((traits & script::kUncountedResults) != 0) return false;
        // No ROLLBACK takes a temporary table or a variable back.
        if (i < ran && (traits & script::kChangesSession) != 0) return false;
        if (may_commit(found, i) && (i > first || i < ran)) return false;
    }
    return found.sure;
}

/// Rolls back. False: rows of tables without transactions stay, says the server, with the statement
/// that failed (a deadlock rolls back by itself) or with the ROLLBACK.
bool Session::rolls_back_whole() {
    // The list may be cut off (max_error_count), the number is not.
    const auto look = [&] {
        std::size_t listed = 0;
        bool whole = true;
        const auto list = work_.connection->run("show warnings", [&](const sql::Row& row) {
            ++listed;
            if (row.at(1) == kIncompleteRollback) whole = false;
        });
        const auto number =
            work_.connection->run("show count(*) warnings", [&](const sql::Row& row) {
                if (row.at(0) != std::to_string(listed)) whole = false;
            });
        return whole && !list.error && !number.error;
    };
    const bool rolled_back_before = look();
    rollback();
    return look() && rolled_back_before;
}

std::size_t Session::what_stays(const Part& part, const sql::RecordedScript& script) {
    rollback();
    const script::Script& found = *script.run.script;
    const bool is_script = part.kind == Part::Kind::Script;
    const bool is_record = part.kind == Part::Kind::Record;
    const std::size_t ran = is_record ? found.statements.size() : part.statement;
    std::size_t kept = std::max(script.skipped, script.known_before);
    for (std::size_t i = script.skipped; i < ran; ++i) {
        if (may_commit(found, i)) kept = i + 1;
    }
    if (!is_script || !may_commit(found, part.statement)) return kept;
    // A statement may have committed what came before it, and failed then.
    std::string known;
    const auto answer = work_.connection->run(
        fmt::format(
            "unlock tables; select statement from {}migrator_tenant_state "
            "where tenant = {} and file = {}",
            prefix_,
            literal(script.tenant),
            literal(script.row.migration->file)
        ),
        [&](const sql::Row& row) { known = sql::Row(row).at(0).value_or(""); }
    );
    rollback();  // or the session would go on seeing the rows as they are now
    if (answer.error) {
        log::warn("Could not read the progress of the file: " + describe(*answer.error));
    }
    return known == std::to_string(ran) ? std::max(kept, ran) : kept;
}

}  // namespace migrator::db::mysql
