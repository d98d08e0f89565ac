#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace migrator::access {

/// The words of a line of configuration, with blanks between them. A part in double quotes keeps
/// its blanks: `subject="CN=ci, O=Acme"`. Throws Configuration for a quote without its end.
std::vector<std::string> words_of(std::string_view line);

/// "name" and "value" of `name=value`, cut at the first `=`; the name is empty without one.
std::pair<std::string_view, std::string_view> assignment(std::string_view word) noexcept;

/// Whether `text` is what `pattern` says, where `*` stands for any characters, also none. In time
/// of their lengths multiplied, at most.
bool matches_pattern(std::string_view pattern, std::string_view text) noexcept;

/// Why a line of the configuration can't be used. Throws Configuration. Never give it the text of
/// a word: somebody may have put a token there.
[[noreturn]] void refuse_line(const std::string& why);

}  // namespace migrator::access
