#pragma once

#include <optional>
#include <string>
#include <string_view>

/// Percent-encoding, as URLs have it (RFC 3986).
namespace migrator {

/// What a `+` means: in the query of a URL, and where a form is sent, it stands for a blank.
enum class Plus : bool { IsPlus, IsBlank };

/// The offset of the first `%` that two hexadecimal digits don't follow; `npos` if there is none.
std::size_t find_bad_percent(std::string_view text) noexcept;

/// `text` with each `%41` replaced by its byte. Nothing when a `%` is not followed by two
/// hexadecimal digits. The bytes may be anything, also NUL and no UTF-8.
std::optional<std::string> percent_decoded(std::string_view text, Plus plus = Plus::IsPlus);

/// `text` with each byte as `%2F` that is neither a letter, a digit, one of `-._~`, nor in `kept`.
std::string percent_encoded(std::string_view text, std::string_view kept = {});

}  // namespace migrator
