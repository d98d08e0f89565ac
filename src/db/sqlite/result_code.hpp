#pragma once

#include <string>

#include "core/error.hpp"

namespace migrator::db::sqlite {

/// The name of an extended result code as SQLite's manual has it, "SQLITE_CONSTRAINT_UNIQUE", or
/// "SQLITE_IOERR (1034)" for a rarer one; empty for the plain SQLITE_ERROR, which says nothing.
std::string code_name(int extended_code);

/// Busy when somebody else has a lock, Unavailable when the files are the problem, Internal when it
/// is what we asked for.
ErrorKind kind_of(int extended_code) noexcept;

}  // namespace migrator::db::sqlite
