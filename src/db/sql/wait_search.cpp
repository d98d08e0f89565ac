#include "db/sql/wait_search.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/ascii.hpp"
#include "core/duration.hpp"
#include "core/error.hpp"
#include "core/log.hpp"
#include "db/sql/own_sql.hpp"
#include "script/first_words.hpp"

namespace migrator::db::sql {
namespace {

constexpr std::size_t kNamedAtMost = 3;

bool is_about_rights(std::string_view error) {
    const std::string text = lower_case(error);
    return text.find("denied") != std::string::npos ||
           text.find("permission") != std::string::npos ||
           text.find("privilege") != std::string::npos;
}

Blocker blocker_of(const Row& row, const std::vector<std::string>& ours) {
    Blocker blocker{
        .session = text_of(row.at(3)),
        .user = text_of(row.at(4)),
        .address = text_of(row.at(5)),
        .program = text_of(row.at(6)),
        .state = text_of(row.at(8)),
        .statement = script::first_words(text_of(row.at(9)))};
    if (row.at(7))
        blocker.since = std::chrono::seconds(std::max<std::int64_t>(0, to_integer(row[7])));
    blocker.is_ours = std::ranges::find(ours, blocker.session) != ours.end();
    return blocker;
}

std::string told(const Blocker& blocker) {
    std::string facts;
    const auto add = [&](const std::string& fact) {
        if (!fact.empty()) facts += (facts.empty() ? "" : ", ") + fact;
    };
    if (blocker.is_ours) add("a worker of this run");
    if (!blocker.user.empty()) add("user " + blocker.user);
    add(blocker.address);
    add(blocker.program);
    if (blocker.since) add("for " + format_duration(*blocker.since));
    add(blocker.state);
    std::string text = "session " + blocker.session;
    if (!facts.empty()) text += " (" + facts + ")";
    if (!blocker.statement.empty()) text += ": " + blocker.statement;
    return text;
}

}  // namespace

std::string told(const Wait& wait) {
    std::string text = wait.what.empty() ? "a lock" : wait.what;
    const std::size_t count = wait.blockers.size();
    for (std::size_t i = 0; i < std::min(count, kNamedAtMost); ++i) {
        const char* held = wait.is_guess ? ", probably held by " : ", held by ";
        text += (i == 0 ? held : "; and by ") + told(wait.blockers[i]);
    }
    if (count > kNamedAtMost) text += fmt::format("; and by {} more", count - kNamedAtMost);
    return text;
}

std::optional<FoundWait> WaitSearch::find(
    std::string_view session, std::string_view text, const std::vector<std::string>& ours
) noexcept try {
    if (session.empty() || server_.dialect().waits.empty()) return std::nullopt;
    return ask(session, text, ours);
} catch (const std::exception& error) {
    // Who runs the statement finds out himself what is wrong with the database.
    session_.reset();
    log::debug(std::string("Could not find out what a statement waits for: ") + error.what());
    return std::nullopt;
}

std::optional<FoundWait> WaitSearch::ask(
    std::string_view session, std::string_view text, const std::vector<std::string>& ours
) {
    const Dialect& dialect = server_.dialect();
    if (!session_ || session_->is_lost()) {
        session_ = server_.connect();
        session_->watch(stop_);
    }
    refused_.resize(dialect.waits.size());
    const std::vector<Value> parameters = {std::string(session), std::string(text)};
    for (std::size_t i = 0; i < dialect.waits.size(); ++i) {
        const std::vector<Row> rows = rows_of(i, parameters);
        if (rows.empty()) continue;
        FoundWait wait;
        wait.what = text_of(rows.front().at(0));
        wait.schema = text_of(rows.front().at(1));
        wait.table = text_of(rows.front().at(2));
        if (rows.front().at(10)) wait.is_of_ddl = is_true(rows.front()[10]);
        wait.is_guess = dialect.waits[i].is_guess;
        for (const Row& row : rows) {
            if (row.at(3)) wait.blockers.push_back(blocker_of(row, ours));
        }
        // A guess is about sessions of others, if there are any.
        if (wait.is_guess && std::ranges::any_of(wait.blockers, std::not_fn(&Blocker::is_ours))) {
            std::erase_if(wait.blockers, [](const Blocker& blocker) { return blocker.is_ours; });
        }
        const bool is_hidden = std::ranges::any_of(wait.blockers, [](const Blocker& blocker) {
            return blocker.state.empty() && blocker.statement.empty();
        });
        if (is_hidden && !dialect.waits_right.empty()) say_right("what the others do is hidden");
        const bool is_known = !wait.blockers.empty() && !wait.is_guess;
        if (!is_known && !dialect.waits_advice.empty()) say_once(std::string(dialect.waits_advice));
        return wait;
    }
    return std::nullopt;
}

std::vector<Row> WaitSearch::rows_of(std::size_t query, const std::vector<Value>& parameters) {
    std::vector<Row> rows;
    if (refused_[query]) return rows;
    try {
        session_->query(server_.dialect().waits[query].sql, parameters, [&](const Row& row) {
            rows.push_back(row);
        });
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::Internal) throw;
        refused_[query] = true;
        log::debug(std::string("What statements wait for: ") + error.what());
        if (is_about_rights(error.what())) say_right(error.what());
        return {};
    }
    return rows;
}

void WaitSearch::say_right(std::string_view why) {
    say_once(fmt::format(
        "Not everything about locks is visible ({}): {}", why, server_.dialect().waits_right
    ));
}

void WaitSearch::say_once(const std::string& text) {
    if (!has_said_) log::warn(text);
    has_said_ = true;
}

}  // namespace migrator::db::sql
