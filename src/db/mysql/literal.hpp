#pragma once

#include <span>
#include <string>
#include <string_view>

#include "db/sql/session.hpp"

/// Values as SQL text that reads the same under every setting of a session: a script may have
/// changed `sql_mode` or the character set, and the same connection writes our own rows.
namespace migrator::db::mysql {

/// `text` as a string literal: quoted when it holds letters, digits and harmless punctuation, else
/// in hexadecimal with its character set (UTF-8).
std::string literal(std::string_view text);

/// `text` as a quoted literal, with escapes, for a session whose settings nobody has changed. Half
/// as long as in hexadecimal.
std::string quoted_literal(std::string_view text);

/// The literals of `names`, separated by commas.
std::string literals(std::span<const std::string> names);

/// `sql` with its parameters in their places: `?1`, `?2`, … by their number, and each plain `?`
/// the next one; not inside quotes and comments. `plain`: with `quoted_literal`. Throws Internal
/// when there are too few.
std::string bind(std::string_view sql, std::span<const sql::Value> parameters, bool plain);

}  // namespace migrator::db::mysql
