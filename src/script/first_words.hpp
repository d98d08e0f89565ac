#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace migrator::script {

/// The beginning of somebody's SQL for people, on one line: `update accounts set pin = ? where…`.
/// It holds no literal, as one may be a password, nor a comment; what stands in double quotes
/// counts as a literal, which it is on some servers. The text may be cut off anywhere.
std::string first_words(std::string_view sql, std::size_t length = 60);

}  // namespace migrator::script
