#include "core/file_number.hpp"

#include <algorithm>

#include "core/ascii.hpp"

namespace migrator {
namespace {

std::size_t digits_at(std::string_view text, std::size_t at) {
    std::size_t end = at;
    while (end < text.size() && is_digit(text[end])) ++end;
    return end - at;
}

/// 2026_11_28_093000: `_` stands between parts here, and behind the number in other names.
bool begins_with_date(std::string_view name) {
    return digits_at(name, 0) == 4 && digits_at(name, 5) == 2 && digits_at(name, 8) == 2 &&
           digits_at(name, 11) == 6 && name[4] == '_' && name[7] == '_' && name[10] == '_';
}

std::string_view without_zeros(std::string_view digits) {
    return digits.substr(std::min(digits.find_first_not_of('0'), digits.size()));
}

int compare_numbers(std::string_view left, std::string_view right) {
    left = without_zeros(left);
    right = without_zeros(right);
    if (left.size() != right.size()) return left.size() < right.size() ? -1 : 1;
    return left.compare(right);
}

}  // namespace

std::string FileNumber::text() const {
    std::string text = prefix;
    for (const std::string& part : parts) {
        if (&part != &parts.front()) text += separator;
        text += part;
    }
    return text;
}

std::optional<FileNumber> file_number(std::string_view name) {
    FileNumber number;
    std::size_t at = 0;
    if (!name.empty() && (name[0] == 'V' || name[0] == 'v')) number.prefix = name[at++];
    const bool joined_by_underscores = !number.prefix.empty() || begins_with_date(name);
    for (std::size_t length = digits_at(name, at); length > 0; length = digits_at(name, at)) {
        number.parts.emplace_back(name.substr(at, length));
        at += length;
        const char next = at < name.size() ? name[at] : '\0';
        const bool joins = next == '.' || (next == '_' && joined_by_underscores);
        const bool is_first = number.parts.size() == 1;
        const bool is_whole_date = number.parts.size() == 4 && begins_with_date(name);
        if (!joins || is_whole_date || digits_at(name, at + 1) == 0) break;
        if (!is_first && next != number.separator) break;
        number.separator = next;
        ++at;
    }
    if (number.parts.empty()) return std::nullopt;
    number.rest = name.substr(at);
    return number;
}

int compare(const FileNumber& left, const FileNumber& right) {
    const auto common = std::min(left.parts.size(), right.parts.size());
    for (std::size_t i = 0; i < common; ++i) {
        const int order = compare_numbers(left.parts[i], right.parts[i]);
        if (order != 0) return order;
    }
    return static_cast<int>(left.parts.size()) - static_cast<int>(right.parts.size());
}

}  // namespace migrator
