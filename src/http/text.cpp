#include "http/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace migrator::http {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_printable(char c) { return c >= ' ' && c <= '~'; }

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
        return lower(x) == lower(y);
    });
}

std::string_view trimmed(std::string_view text) noexcept {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string escape_for_log(std::string_view text) {
    std::string escaped;
    escaped.reserve(text.size());
    for (const char c : text) {
        if (is_printable(c)) {
            escaped += c;
        } else {
            escaped += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
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
    return "an exception of an unknown type";
}

std::string error_body(std::string_view message) {
    std::string body = R"({"error":")";
    for (const char c : message) {
        if (c == '"' || c == '\\') {
            body += '\\';
            body += c;
        } else if (is_printable(c)) {
            body += c;
        } else {
            body += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
        }
    }
    return body + R"("})";
}

}  // namespace migrator::http
