#include "db/sql/apply/scripts.hpp"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>

#include "core/utf8.hpp"
#include "script/characters.hpp"

namespace migrator::db::sql::apply {
namespace {

using script::is_digit;
using script::is_letter;

/// The text of a larger file is made piece by piece.
constexpr std::size_t kLarge = std::size_t{4} << 20U;

/// Both are one word for every database, and differ in nothing but some digits.
bool differ_in_digits_alone(std::string_view a, std::string_view b) {
    return !is_digit(a.front()) && std::ranges::equal(a, b, [](char x, char y) {
        return (is_digit(x) && is_digit(y)) || (is_letter(x) && x == y);
    });
}

/// Whether no word that `placeholder` stands in touches a `$`, as in a PostgreSQL quote.
bool stands_clear_of_dollars(std::string_view text, std::string_view placeholder) {
    const auto goes_on = [](char c) { return is_letter(c) || is_digit(c); };
    for (std::size_t at = text.find(placeholder); at != std::string_view::npos;
         at = text.find(placeholder, at + 1)) {
        std::size_t begin = at;
        while (begin > 0 && goes_on(text[begin - 1])) --begin;
        std::size_t end = at + placeholder.size();
        while (end < text.size() && goes_on(text[end])) ++end;
        if ((begin > 0 && text[begin - 1] == '$') || (end < text.size() && text[end] == '$')) {
            return false;
        }
    }
    return true;
}

/// The scanner compares words with words of the language, none of which has a digit; and, of what
/// a file makes up itself, the tags of `$` quotes and the texts of DELIMITER.
bool digits_do_not_matter(
    std::string_view text, std::string_view placeholder, const script::Script& script
) {
    return script.sure && script.problem.empty() && script.omissions.empty() &&
           (script.traits & script::kChangesLexing) == 0 &&
           stands_clear_of_dollars(text, placeholder);
}

}  // namespace

std::string statement_text(const PreparedScript& prepared, const script::Statement& statement) {
    return prepared.text.piece(statement.begin, statement.end);
}

std::string quoted(const PreparedScript& prepared, const script::Statement& statement) {
    const std::string text = statement_text(prepared, statement);
    const script::Statement whole{.end = static_cast<std::uint32_t>(text.size())};
    return fmt::format("\"{}\" in line {}", script::excerpt(text, whole), statement.line);
}

bool Scripts::Scan::is_for(const std::string& other, bool setting) const {
    return standard_conforming_strings == setting &&
           (any_schema || schema == other || (other_digits && differ_in_digits_alone(schema, other))
           );
}

PreparedScript Scripts::prepare(
    const Migration& migration, const std::string& schema, bool standard_conforming_strings
) {
    const std::string& placeholder = options_.placeholder;
    const std::string_view contents = without_byte_order_mark(migration.contents);
    const bool any_schema =
        placeholder.empty() || contents.find(placeholder) == std::string_view::npos;
    const bool in_pieces = dialect_.sends_pieces && contents.size() > kLarge;
    PreparedScript prepared{
        .text = in_pieces ? script::Text::in_pieces(contents, placeholder, schema)
                          : script::Text::replaced(contents, placeholder, schema),
        .script = nullptr};
    {
        const std::lock_guard lock(mutex_);
        const auto found = scans_.find(&migration);
        if (found != scans_.end() && found->second.is_for(schema, standard_conforming_strings)) {
            prepared.script = found->second.script;
            prepared.outside_transaction = found->second.outside_transaction;
            return prepared;
        }
    }
    prepared.script = std::make_shared<const script::Script>(
        prepared.text.is_whole()
            ? dialect_.scan(prepared.text.whole(), dialect_.lexis, standard_conforming_strings)
            : script::scan_in_pieces(prepared.text, dialect_.lexis, standard_conforming_strings)
    );
    prepared.outside_transaction =
        prepared.script->no_transaction_marker || is_named_in_no_transaction(migration);
    Scan scan{
        .schema = schema,
        .standard_conforming_strings = standard_conforming_strings,
        .any_schema = any_schema,
        .other_digits =
            !any_schema && digits_do_not_matter(contents, placeholder, *prepared.script),
        .script = prepared.script,
        .outside_transaction = prepared.outside_transaction};
    const std::lock_guard lock(mutex_);
    scans_.insert_or_assign(&migration, std::move(scan));
    return prepared;
}

bool Scripts::is_named_in_no_transaction(const Migration& migration) const {
    return std::ranges::any_of(options_.no_transaction, [&](const std::string& pattern) {
        return fnmatch(pattern.c_str(), migration.name.c_str(), 0) == 0 ||
               fnmatch(pattern.c_str(), migration.file.c_str(), 0) == 0;
    });
}

}  // namespace migrator::db::sql::apply
