#include "core/statement_place.hpp"

#include <fmt/format.h>

#include <string_view>

#include "core/number.hpp"

namespace migrator {
namespace {

constexpr std::string_view kPlaceMark = "\nLOCATION: statement ";
constexpr std::string_view kPlaceLine = ", line ";

}  // namespace

std::string with_place(std::string message, const StatementPlace& place) {
    if (place.statement == 0) return message;
    message += fmt::format("{}{}", kPlaceMark, place.statement);
    if (place.line > 0) message += fmt::format("{}{}", kPlaceLine, place.line);
    return message;
}

std::optional<StatementPlace> take_place(std::string& message) {
    const auto begin = message.rfind(kPlaceMark);
    if (begin == std::string::npos) return std::nullopt;
    std::string_view numbers = std::string_view(message).substr(begin + kPlaceMark.size());
    const auto comma = numbers.find(kPlaceLine);
    const auto statement = parse_number<std::size_t>(numbers.substr(0, comma));
    if (!statement || *statement == 0) return std::nullopt;
    StatementPlace place{.statement = *statement};
    if (comma != std::string_view::npos) {
        const auto line = parse_number<std::uint32_t>(numbers.substr(comma + kPlaceLine.size()));
        if (!line) return std::nullopt;
        place.line = *line;
    }
    message.resize(begin);
    return place;
}

}  // namespace migrator
