#pragma once

#include <string_view>

namespace migrator::db::sqlserver {

/// Options of SET: behind any other word SET belongs to UPDATE or is an assignment.
bool is_set_option(std::string_view word);

/// A batch that begins with another word calls a procedure.
bool begins_statement(std::string_view word);

/// `:r`, `:setvar` and the other commands of sqlcmd that begin with a colon.
bool is_sqlcmd_command(std::string_view word);

}  // namespace migrator::db::sqlserver
