#pragma once

#include <string>
#include <string_view>

namespace migrator::db::sqlite {

/// What to do about an error of a statement in a file, for people, by the extended result code and
/// SQLite's message. Empty where the message says all that can be said.
std::string hint_for(int extended_code, std::string_view message);

/// What to change so that the files can be used. Empty: the error may pass by waiting, or nothing
/// is known.
std::string file_hint_for(int extended_code);

}  // namespace migrator::db::sqlite
