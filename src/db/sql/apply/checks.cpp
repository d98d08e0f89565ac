#include "db/sql/apply/checks.hpp"

#include <fmt/format.h>

#include "core/ascii.hpp"
#include "core/error.hpp"
#include "db/sql/transaction.hpp"
#include "script/checks.hpp"

namespace migrator::db::sql::apply {
namespace {

/// Nothing when `text` is no truth value.
std::optional<bool> truth_of(const std::string& text) {
    for (const char* yes : {"t", "true"}) {
        if (equal_ignoring_case(text, yes)) return true;
    }
    for (const char* no : {"f", "false"}) {
        if (equal_ignoring_case(text, no)) return false;
    }
    const bool is_number = !text.empty() && text.find_first_of("0123456789") != std::string::npos &&
                           text.find_first_not_of("+-.0123456789eE") == std::string::npos;
    if (!is_number) return std::nullopt;
    return text.substr(0, text.find_first_of("eE")).find_first_of("123456789") != std::string::npos;
}

constexpr std::size_t kShown = 200;

}  // namespace

std::string CheckText::shown() const {
    const script::Statement whole{.end = static_cast<std::uint32_t>(sql.size())};
    return script::excerpt(sql, whole, kShown);
}

std::vector<CheckText> checks_of(const PreparedScript& prepared) {
    std::vector<CheckText> checks;
    for (const script::Check& check : prepared.script->checks) {
        checks.push_back(
            {script::check_statement(prepared.text.piece(check.begin, check.end)), check.line}
        );
    }
    return checks;
}

std::string check_problem(const PreparedScript& prepared, const script::Lexis& lexis) {
    for (const CheckText& check : checks_of(prepared)) {
        const std::string problem = script::check_problem(check.sql, lexis);
        if (!problem.empty()) return fmt::format("line {}: {}", check.line, problem);
    }
    return {};
}

std::optional<std::string> Checker::why_not(const std::string& sql) {
    std::size_t rows = 0;
    Value value;
    try {
        for (const std::string& statement : dialect_.before_check(role_)) {
            session_.execute_later(statement, {});
        }
        session_.query(sql, {}, [&](const Row& row) {
            if (++rows == 1) value = row.front();
        });
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::Unavailable || session_.is_lost()) throw;
        leave();
        return error.what();
    }
    leave();
    if (rows == 0) return "it gives no row";
    if (rows > 1) return fmt::format("it gives {} rows instead of one", rows);
    if (!value) return "it is NULL";
    const auto truth = truth_of(*value);
    if (!truth) return "it gives neither true nor false nor a number";
    if (*truth) return std::nullopt;
    return "it is false";
}

void Checker::leave() {
    for (const std::string_view statement : dialect_.after_check) {
        session_.execute_later(statement, {});
    }
}

std::optional<Failure> Checker::failure_of(const PreparedScript& prepared, std::size_t step) {
    for (const CheckText& check : checks_of(prepared)) {
        const auto why = why_not(check.sql);
        if (!why) continue;
        Failure failure;
        failure.step = step;
        failure.line = check.line;
        failure.message = fmt::format("the check \"{}\" does not hold: {}", check.shown(), *why);
        failure.hint = "no statement of the file was run";
        return failure;
    }
    return std::nullopt;
}

std::optional<Failure> check_apart(
    Session& session,
    const Dialect& dialect,
    const WorkSettings& settings,
    const PreparedScript& prepared,
    std::size_t step
) {
    if (prepared.script->checks.empty()) return std::nullopt;
    Transaction transaction(session, settings, {});
    return Checker(session, dialect, settings.role).failure_of(prepared, step);
}

}  // namespace migrator::db::sql::apply
