#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/plan.hpp"
#include "db/connector.hpp"
#include "db/sql/dialect.hpp"
#include "script/script.hpp"

namespace migrator::db::sql::apply {

/// The text of a file for one schema as it is sent, and what the scanner found in it.
struct PreparedScript {
    std::string text;
    std::shared_ptr<const script::Script> script;  ///< never null
};

/// Makes scripts ready to send. Keeps what it scanned of a file for its first schema, so that
/// a file that runs once is scanned once. One thread at a time.
class Preparation {
public:
    Preparation(const Dialect& dialect, const Options& options)
        : dialect_(dialect), options_(options) {}

    /// `standard_conforming_strings`: the setting the text will be read under.
    PreparedScript prepare(
        const Migration& migration, const std::string& schema, bool standard_conforming_strings
    );

    /// Whether the file says, or the configuration says of it, that it runs without a transaction.
    bool runs_outside_transaction(const Migration& migration, const script::Script& script) const;

    /// Everything wrong with the plan that can be seen before anything runs, at most one problem a
    /// file; `outside` gets, for each file of the plan, whether it runs without a transaction.
    std::vector<ScriptProblem> check(
        const Plan& plan, bool standard_conforming_strings, std::vector<bool>& outside
    );

    /// Adds files with a quote or comment that is not closed, of those that have no problem yet. A
    /// run leaves that to the server, whose lexer is the one that counts.
    void add_open_quotes(const Plan& plan, std::vector<ScriptProblem>& problems);

private:
    std::string find_problem(const PlannedFile& file, const PreparedScript& prepared, bool outside);

    struct Kept {
        std::string schema;
        bool standard_conforming_strings = true;
        std::shared_ptr<const script::Script> script;
    };
    const Dialect& dialect_;
    const Options& options_;
    std::unordered_map<const Migration*, Kept> kept_;
};

/// Empty, or why a name does not fit its column: "FILE is 230 characters long, 200 are possible".
std::string length_problem(const Migration& migration);

}  // namespace migrator::db::sql::apply
