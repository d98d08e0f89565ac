#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "db/sql/apply/scripts.hpp"
#include "db/sql/session.hpp"

namespace migrator::db::sql::apply {

/// A check of a file for one schema: the SQL to ask, and where it stands.
struct CheckText {
    std::string sql;
    std::uint32_t line = 0;  ///< in the file, from 1

    /// For people: on one line, without its literals.
    std::string shown() const;
};

/// In the order of the file.
std::vector<CheckText> checks_of(const PreparedScript& prepared);

/// Empty, or why one of a file's checks can't be run at all ("line 3: …").
std::string check_problem(const PreparedScript& prepared, const script::Lexis& lexis);

/// Asks the server whether checks are true, without changing anything. Both are lent.
class Checker {
public:
    /// `role`: whom the checks are asked as; empty: the login.
    Checker(Session& session, const Dialect& dialect, std::string role)
        : session_(session), dialect_(dialect), role_(std::move(role)) {}

    /// Nothing when it is true: one row whose first column is true or a number other than 0.
    /// Otherwise why not, for people: false, NULL, no row, several, no truth value, or what the
    /// server refused it with. In the open transaction, if any, which goes on. Throws Unavailable
    /// when the connection is gone.
    std::optional<std::string> why_not(const std::string& sql);

    /// The first check of a script that is not true, as the failure of `step`.
    std::optional<Failure> failure_of(const PreparedScript& prepared, std::size_t step);

private:
    void leave();

    Session& session_;
    const Dialect& dialect_;
    const std::string role_;
};

/// `Checker::failure_of` in a transaction of its own.
std::optional<Failure> check_apart(
    Session& session,
    const Dialect& dialect,
    const WorkSettings& settings,
    const PreparedScript& prepared,
    std::size_t step
);

}  // namespace migrator::db::sql::apply
