#pragma once

#include <string>
#include <string_view>

/// Strings of JSON. Each byte that is no UTF-8 becomes U+FFFD; characters beyond ASCII stay as they
/// are, and no control character of ASCII does, so that a text can't steer a terminal.
namespace migrator {

/// `text` with quotes and escapes.
std::string json_string(std::string_view text);

/// Appends `text` with escapes, without the quotes.
void append_json_escaped(std::string& json, std::string_view text);

}  // namespace migrator
