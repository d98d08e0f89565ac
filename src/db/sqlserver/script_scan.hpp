#pragma once

#include <string>
#include <string_view>

#include "script/script.hpp"

namespace migrator::db::sqlserver {

/// As `script::scan`, for T-SQL, whose statements need no ';' between them. So `statements` holds:
///
/// - each batch, from its first token to its end. `kChangesSession`: it may change the session or
///   end the transaction (SET, USE, REVERT, EXECUTE, a procedure called by its bare name);
/// - behind a batch, each place in it that a run has to know of: transaction control, and what
///   can't run in a transaction. Bodies of procedures, functions and triggers are not looked into.
///
/// A number of a statement in a Failure counts batches alone. BEGIN TRANSACTION and COMMIT around
/// the whole script (`wrapped`, neither with a name) are `omissions`.
///
/// What the server or its tools would refuse anyway is a `problem`: text that is not UTF-8 or has a
/// NUL in it, an open quote, a bad GO line, commands of sqlcmd, a statement such as CREATE VIEW
/// that is not the first of its batch. So is what would take the session from us for good:
/// application roles, EXECUTE AS without a way back.
script::Script scan(
    std::string_view text, const script::Lexis& lexis, bool standard_conforming_strings
);

/// The name in the last SET IDENTITY_INSERT of a batch, if that says ON; else empty. As it stands.
std::string identity_insert_left_on(std::string_view batch);

/// Whether a batch says EXECUTE AS. In a procedure or dynamic SQL it ends with that.
bool changes_user(std::string_view batch);

/// Whether a batch runs procedures or text of its own: a line that a driver gives may be theirs.
bool calls_procedures(std::string_view batch);

}  // namespace migrator::db::sqlserver
