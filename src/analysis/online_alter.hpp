#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "db/sql/session.hpp"
#include "script/lexis.hpp"

namespace migrator::analysis {

/// How a server would change a table.
struct OnlineAnswer {
    /// INSTANT, NOCOPY, INPLACE or COPY; empty: it refuses the statement.
    std::string algorithm;
    std::string lock;     ///< NONE, SHARED (nobody writes) or EXCLUSIVE (nobody reads either)
    std::string refused;  ///< the server's words then

    bool operator==(const OnlineAnswer&) const = default;
};

/// Asks MySQL or MariaDB with which algorithm and lock it would run statements, in turn, on empty
/// copies of one schema's tables. The copies are in a database of its own, `migrator_scratch_…`,
/// which is dropped at the end; what a killed process has left is dropped by the next one. Needs
/// the rights to create and drop databases. The tables of the schema are read, never locked longer
/// than for `create table … like`, which waits 5 s at most. One thread at a time.
class OnlineAlter {
public:
    /// The session is lent for good: its database and a named lock change. Throws as
    /// `Session::query`.
    OnlineAlter(db::sql::Session& session, const script::Lexis& lexis, std::string schema);
    ~OnlineAlter();
    OnlineAlter(const OnlineAlter&) = delete;
    OnlineAlter& operator=(const OnlineAlter&) = delete;

    /// Nothing for a statement that nobody can ask about: other than ALTER TABLE, CREATE INDEX and
    /// DROP INDEX; of a table that the schema does not have, or that can't be copied; one that
    /// renames or exchanges tables. Of one that names an algorithm or a lock itself, only the rest
    /// is tried. What is accepted is done to the copy: the next statement finds it changed.
    std::optional<OnlineAnswer> ask(std::string_view statement);

    /// As `set foreign_key_checks` in a file: without them no row is looked at for a new key.
    void check_foreign_keys(bool on);

    /// The database of the copies.
    const std::string& scratch() const { return scratch_; }

private:
    void drop_leftovers();
    bool copy(const std::string& table);
    void copy_parent(const std::string& schema, const std::string& table);
    std::vector<std::string> children_of(const std::string& table);
    void add_foreign_keys(const std::string& table);
    /// Empty when the server has run it; else its words.
    std::string refusal(const std::string& statement);

    db::sql::Session& session_;
    const script::Lexis& lexis_;
    const std::string schema_;
    const std::string scratch_;
    std::set<std::string> copied_;  ///< tables, in lower case
};

}  // namespace migrator::analysis
