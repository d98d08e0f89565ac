#include "http/text.hpp"

#include <fmt/format.h>

#include "core/hex.hpp"
#include "core/json_text.hpp"

namespace migrator::http {

namespace {

bool is_shown(char c) { return c > ' ' && c <= '~'; }

}  // namespace

std::string escape_for_log(std::string_view text) {
    std::string escaped;
    escaped.reserve(text.size());
    for (const char c : text) {
        if (c == '\\') {
            escaped += "\\\\";
        } else if (is_shown(c)) {
            escaped += c;
        } else {
            escaped += "\\x" + to_hex({&c, 1});
        }
    }
    return escaped;
}

std::string text_of(const std::exception_ptr& error) try {
    if (error) std::rethrow_exception(error);
    return "no exception";
} catch (const std::exception& exception) {
    return exception.what();
} catch (...) {
    return "an exception of unknown type";
}

std::string error_body(std::string_view message) {
    return fmt::format("{{\"error\":{}}}", json_string(message));
}

}  // namespace migrator::http
