#pragma once

#include <initializer_list>
#include <string_view>

namespace migrator::db::sqlserver {

/// Whether `word`, in any case, is one of these, which are in lower case.
bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words);

/// Options of SET: behind any other word SET belongs to UPDATE or is an assignment.
bool is_set_option(std::string_view word);

/// A batch that begins with another word calls a procedure.
bool begins_statement(std::string_view word);

/// `:r`, `:setvar` and the other commands of sqlcmd that begin with a colon.
bool is_sqlcmd_command(std::string_view word);

}  // namespace migrator::db::sqlserver
