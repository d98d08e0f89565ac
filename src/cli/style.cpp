#include "cli/style.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/utf8.hpp"

namespace migrator::cli {

std::string Style::paint(std::string_view code, std::string_view text) const {
    return colours_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

std::string printable(std::string_view text) {
    const std::string valid = to_valid_utf8(text);
    std::string result;
    result.reserve(valid.size());
    for (std::size_t i = 0; i < valid.size(); ++i) {
        const auto byte = static_cast<unsigned char>(valid[i]);
        // C1 controls are two bytes in UTF-8; U+009B opens a sequence like ESC [ does.
        const bool c1 =
            byte == 0xC2 && i + 1 < valid.size() && static_cast<unsigned char>(valid[i + 1]) < 0xA0;
        if (c1) {
            result += fmt::format("\\x{:02x}", static_cast<unsigned char>(valid[++i]));
        } else if ((byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7F) {
            result += fmt::format("\\x{:02x}", byte);
        } else {
            result += valid[i];
        }
    }
    return result;
}

std::string shell_quoted(std::string_view text) {
    constexpr std::string_view kPlain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:@%,";
    if (!text.empty() && text.find_first_not_of(kPlain) == std::string_view::npos) {
        return std::string(text);
    }
    std::string quoted = "'";
    for (const char letter : text) {
        if (letter == '\'') {
            quoted += "'\\''";
        } else {
            quoted += letter;
        }
    }
    return quoted + "'";
}

std::string hanging(std::string_view text, std::string_view margin) {
    std::string result;
    while (text.ends_with('\n')) text.remove_suffix(1);
    for (const char letter : text) {
        result += letter;
        if (letter == '\n') result += margin;
    }
    return result;
}

}  // namespace migrator::cli
