// Scripts with their records, where DDL commits.
#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/log.hpp"
#include "db/mysql/literal.hpp"
#include "db/mysql/session.hpp"

namespace migrator::db::mysql {
namespace {

/// "Some non-transactional changed tables couldn't be rolled back".
constexpr std::string_view kIncompleteRollback = "1196";

}  // namespace

/// A message in the making.
struct Session::Sent {
    std::string text;
    std::vector<Part> parts;

    void add(Part part) {
        if (!text.empty()) text += ";\n";
        text += part.text;
        parts.push_back(std::move(part));
    }
};

std::optional<sql::Failure> Session::run_recorded(
    const sql::VersionRow& version,
    std::span<const sql::RecordedScript> scripts,
    const sql::WorkSettings& settings
) {
    Sent sent;
    bool runs_anything = false;
    bool first = true;
    for (std::size_t i = 0; i < scripts.size(); ++i) {
        const Manners manners = manners_of(scripts[i].run);
        if (!has_limits_ && (settings.statement_timeout || settings.lock_timeout)) {
            if (auto failure = send(sent, scripts)) return failure;
            set_limits(settings);
        }
        if (manners.changes_session) plain_ = false;  // also for its own row
        runs_anything = runs_anything || manners.apart;
        if (first || manners.apart) sent.add({.script = i, .text = "set autocommit = 0"});
        const bool with_version = !version_recorded_ && first;
        for (Part& part : parts_of(version, scripts[i], i, recorded_as(with_version))) {
            const bool too_long =
                sent.text.size() + part.text.size() + 2 > connection_->max_allowed_packet();
            const bool by_itself = one_statement_each_ && part.kind == Part::Kind::Script;
            if ((too_long || by_itself) && !sent.parts.empty()) {
                if (auto failure = send(sent, scripts)) return failure;
            }
            const bool alone = part.ends_message || part.uncounted || by_itself;
            sent.add(std::move(part));
            if (!alone) continue;
            if (auto failure = send(sent, scripts)) return failure;
        }
        first = false;
        if (manners.changes_session) has_limits_ = false;
    }
    if (auto failure = send(sent, scripts)) return failure;
    version_recorded_ = version_recorded_ || !scripts.empty();
    if (runs_anything) check_lock();
    return std::nullopt;
}

std::optional<sql::Failure> Session::send(
    Sent& sent, std::span<const sql::RecordedScript> scripts
) {
    if (sent.parts.empty()) return std::nullopt;
    const Sent message = std::move(sent);
    sent = {};
    const Connection::Answer answer = connection_->run(message.text);
    const std::size_t count = message.parts.size();
    if (answer.error) {
        const Part& part = message.parts[std::min(answer.results, count - 1)];
        return failure_at(part, *answer.error, scripts);
    }
    const bool counted = !message.parts.back().uncounted;
    if (counted && answer.results != count && !one_statement_each_) {
        one_statement_each_ = true;
        log::warn(fmt::format(
            "The server ran {} statements where {} were counted: statements are sent one a message "
            "from here on. Please report this with the script",
            answer.results,
            count
        ));
    }
    return std::nullopt;
}

sql::Failure Session::failure_at(
    const Part& part, const ServerError& error, std::span<const sql::RecordedScript> scripts
) {
    const sql::RecordedScript& script = scripts[part.script];
    sql::Failure failure;
    if (part.kind == Part::Kind::Script) {
        const script::Statement& statement = script.run.script->statements[part.statement];
        failure = failure_of(error, part.statement + 1, statement.line);
    } else {
        failure = failure_of(error, 0, 0);
        const bool is_record = part.kind == Part::Kind::Record;
        failure.message = (is_record ? "Failed to add migration entry: "
                                     : "Could not record how far the file has come: ") +
                          failure.message;
    }
    failure.step = script.run.step;
    if (failure.connection_lost) return failure;
    const bool repeatable =
        is_lock_failure(error) && is_uncommitted(part, script) && rolls_back_whole();
    failure.kept = what_stays(part, script);
    failure.may_repeat = repeatable && failure.kept == script.skipped;
    return failure;
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
        const auto list = connection_->run("show warnings", [&](const sql::Row& row) {
            ++listed;
            if (row.at(1) == kIncompleteRollback) whole = false;
        });
        const auto number = connection_->run("show count(*) warnings", [&](const sql::Row& row) {
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
    const auto answer = connection_->run(
        fmt::format(
            "unlock tables; select statement from migrator.migrator_tenant_state "
            "where tenant = {} and file = {}",
            literal(script.tenant),
            literal(script.row.migration->file)
        ),
        [&](const sql::Row& row) { known = sql::Row(row).at(0).value_or(""); }
    );
    rollback();  // or the session would go on seeing the rows as they are now
    if (answer.error) {
        log::warn("How far the file has come could not be read: " + describe(*answer.error));
    }
    return known == std::to_string(ran) ? std::max(kept, ran) : kept;
}

}  // namespace migrator::db::mysql
