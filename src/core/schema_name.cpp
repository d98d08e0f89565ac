#include "core/schema_name.hpp"

#include <algorithm>

#include "core/ascii.hpp"
#include "core/error.hpp"

namespace migrator {
namespace {

constexpr std::size_t kMaxLength = 200;  // the columns `name` and `db_schema`

bool begins_name(char c) { return is_letter(c) || c == '_'; }

bool is_of_allowed_characters(std::string_view text) {
    const auto allowed = [](char c) { return begins_name(c) || is_digit(c) || c == '-'; };
    return !text.empty() && std::ranges::all_of(text, allowed);
}

}  // namespace

bool SchemaName::is_valid(std::string_view text) {
    return is_of_allowed_characters(text) && text.size() <= kMaxLength;
}

SchemaName SchemaName::parse(std::string_view text) {
    if (!is_of_allowed_characters(text)) {
        throw Error(
            ErrorKind::MigrationFailed,
            "Schema name contains invalid characters: " + std::string(text)
        );
    }
    if (text.size() > kMaxLength) {
        throw Error(
            ErrorKind::MigrationFailed,
            "Schema name is longer than " + std::to_string(kMaxLength) +
                " characters: " + std::string(text)
        );
    }
    return SchemaName(std::string(text));
}

bool SchemaName::is_plain() const noexcept {
    return begins_name(text_.front()) &&
           std::ranges::all_of(text_, [](char c) { return begins_name(c) || is_digit(c); });
}

}  // namespace migrator
