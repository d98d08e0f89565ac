#include "db/sqlite/target.hpp"

#include <array>
#include <utility>

#include "core/ascii.hpp"
#include "db/sqlite/lexis.hpp"
#include "script/lexer.hpp"

namespace migrator::db::sqlite {
namespace {

using script::Token;
using script::TokenKind;

bool is_name(const Token& token) {
    // SQLite takes 'x' for a name where nothing else can stand.
    return token.kind == TokenKind::Word || token.kind == TokenKind::QuotedName ||
           token.kind == TokenKind::String;
}

/// A name without its quotes.
std::string plain(std::string_view written) {
    const char open = written.empty() ? '\0' : written.front();
    if (written.size() < 2 || std::string_view("\"'`[").find(open) == std::string_view::npos) {
        return std::string(written);
    }
    const char close = open == '[' ? ']' : open;
    std::string name;
    for (std::size_t i = 1; i + 1 < written.size(); ++i) {
        name += written[i];
        if (close != ']' && written[i] == close) ++i;  // a doubled quote
    }
    return name;
}

/// The system tables have two names each.
std::string_view canonical(std::string_view name) {
    if (equal_ignoring_case(name, "sqlite_schema")) return "sqlite_master";
    if (equal_ignoring_case(name, "sqlite_temp_schema")) return "sqlite_temp_master";
    return name;
}

bool same(std::string_view a, std::string_view b) {
    return equal_ignoring_case(canonical(a), canonical(b));
}

/// Reads a statement from its first token on.
class Reader {
public:
    explicit Reader(std::string_view text) : text_(text), lexer_(text, kSqliteLexis) {
        do advance();
        while (token_.kind == TokenKind::Semicolon);
    }

    bool at_end() const { return token_.kind == TokenKind::End; }
    bool at(std::string_view word) const {
        return token_.kind == TokenKind::Word && equal_ignoring_case(part(), word);
    }
    bool take(std::string_view word) {
        const bool found = at(word);
        if (found) advance();
        return found;
    }
    bool take(TokenKind kind) {
        const bool found = token_.kind == kind;
        if (found) advance();
        return found;
    }
    bool take_mark(std::string_view mark) {
        const bool found = token_.kind == TokenKind::Other && part() == mark;
        if (found) advance();
        return found;
    }
    void advance() { token_ = lexer_.next(); }
    bool is_at_name() const { return is_name(token_); }
    const Token& token() const { return token_; }
    std::string_view part() const { return text_.substr(token_.begin, token_.end - token_.begin); }

    /// Empty when no name stands here.
    TargetName take_name() {
        TargetName name;
        if (!is_at_name()) return name;
        take_one(name);
        if (!take(TokenKind::Dot)) return name;
        name.schema = std::exchange(name.name, {});
        name.written.clear();
        if (is_at_name()) take_one(name);
        return name;
    }

    /// Over what stands in parentheses, if they are next.
    void skip_parentheses() {
        unsigned depth = 0;
        do {
            if (token_.kind == TokenKind::Open) ++depth;
            if (token_.kind == TokenKind::Close) --depth;
            if (depth > 0 || token_.kind == TokenKind::Close) advance();
        } while (depth > 0 && !at_end());
    }

    /// What follows a WITH, up to the verb of the statement.
    void skip_common_tables() {
        for (unsigned depth = 0; !at_end(); advance()) {
            if (token_.kind == TokenKind::Open) ++depth;
            if (token_.kind == TokenKind::Close && depth > 0) --depth;
            if (depth == 0 && is_verb()) return;
        }
    }

private:
    void take_one(TargetName& name) {
        name.offset = token_.begin;
        name.written = part();
        name.name = plain(part());
        advance();
    }
    bool is_verb() const {
        if (at("replace")) {  // a common table may have that name
            script::Lexer ahead = lexer_;
            const Token next = ahead.next();
            return equal_ignoring_case(text_.substr(next.begin, next.end - next.begin), "into");
        }
        return at("insert") || at("update") || at("delete") || at("select") || at("values");
    }

    std::string_view text_;
    script::Lexer lexer_;
    Token token_;
};

void skip_if_exists(Reader& reader) {
    if (!reader.at("if")) return;
    Reader ahead = reader;
    ahead.advance();
    ahead.take("not");
    if (ahead.take("exists")) reader = ahead;
}

std::optional<Target> changes_rows(Reader& reader) {
    Target target;
    const bool is_update = reader.at("update");
    const bool is_replace = reader.at("replace");
    const bool is_delete = reader.at("delete");
    reader.advance();
    if (!is_replace && !is_delete && reader.take("or")) reader.advance();
    if (!is_update && !reader.take(is_delete ? "from" : "into")) return std::nullopt;
    target.place = reader.take_name();
    return target;
}

std::optional<Target> creates(Reader& reader) {
    Target target{.kind = Target::Kind::Creates};
    target.is_temporary = reader.take("temp") || reader.take("temporary");
    const bool may_be_on = reader.take("unique") || reader.at("index") || reader.at("trigger");
    reader.take("virtual");
    target.is_code = reader.at("view") || reader.at("trigger");
    constexpr std::array<std::string_view, 4> kKinds = {"table", "index", "view", "trigger"};
    bool is_known = false;
    for (const auto kind : kKinds) is_known = is_known || reader.take(kind);
    if (!is_known) return std::nullopt;
    skip_if_exists(reader);
    target.place = reader.take_name();
    while (may_be_on && !reader.at_end() && !reader.at("on")) reader.advance();
    if (may_be_on && reader.take("on")) target.on = reader.take_name();
    return target;
}

std::optional<Target> alters(Reader& reader) {
    Target target{.kind = Target::Kind::Alters};
    reader.advance();
    reader.advance();  // TABLE, INDEX, …
    skip_if_exists(reader);
    target.place = reader.take_name();
    while (!reader.at_end() && !reader.at("to")) reader.advance();
    for (; !reader.at_end(); reader.advance()) {
        if (reader.is_at_name()) target.renamed.push_back(plain(reader.part()));
    }
    return target;
}

std::optional<Target> tends(Reader& reader) {
    constexpr std::array<std::string_view, 3> kVerbs = {"reindex", "analyze", "vacuum"};
    for (const std::string_view verb : kVerbs) {
        if (!reader.take(verb)) continue;
        Target target{.kind = Target::Kind::Tends, .verb = verb};
        if (!reader.at("into")) target.place = reader.take_name();
        return target;
    }
    return std::nullopt;
}

std::optional<Target> sets(Reader& reader) {
    Target target{.kind = Target::Kind::Sets};
    target.place = reader.take_name();
    if (!reader.take_mark("=") && !reader.take(TokenKind::Open)) return target;
    std::string value = reader.take_mark("-") ? "-" : "";
    reader.take_mark("+");
    while (!reader.at_end() && reader.token().kind != TokenKind::Close &&
           reader.token().kind != TokenKind::Semicolon) {
        value += plain(reader.part());
        reader.advance();
    }
    target.value = std::move(value);
    return target;
}

}  // namespace

std::optional<Target> target_of(std::string_view statement) {
    Reader reader(statement);
    std::optional<Target> target;
    const bool has_common_tables = reader.take("with");
    if (has_common_tables) reader.skip_common_tables();
    if (reader.at("insert") || reader.at("replace") || reader.at("update") || reader.at("delete")) {
        target = changes_rows(reader);
    } else if (has_common_tables) {
        return std::nullopt;
    } else if (reader.take("create")) {
        target = creates(reader);
    } else if (reader.at("alter") || reader.at("drop")) {
        target = alters(reader);
    } else if (reader.take("pragma")) {
        target = sets(reader);
    } else {
        return tends(reader);
    }
    if (target && target->place.empty()) return std::nullopt;
    return target;
}

Mentions mentions_of(std::string_view text, std::string_view schema, std::string_view name) {
    Mentions found;
    script::Lexer lexer(text, kSqliteLexis);
    bool behind_dot = false;
    bool is_schema = false;  // the token before
    std::size_t last = 0;    // where a name that may stand alone begins
    bool may_stand_alone = false;
    for (Token token = lexer.next();; token = lexer.next()) {
        const bool is_dot = token.kind == TokenKind::Dot;
        if (may_stand_alone && !is_dot && !found.unqualified) found.unqualified = last;
        if (token.kind == TokenKind::End) return found;
        if (is_dot && is_schema) found.names_schema = true;
        const bool named = is_name(token);
        const std::string part =
            named ? plain(text.substr(token.begin, token.end - token.begin)) : std::string();
        const bool is_it = named && same(part, name);
        if (is_it && behind_dot && is_schema) found.qualified = true;
        may_stand_alone = is_it && !behind_dot;
        last = token.begin;
        // The dot between the two keeps what is known of the schema.
        if (!is_dot) is_schema = named && !behind_dot && equal_ignoring_case(part, schema);
        behind_dot = is_dot;
    }
}

bool makes_common_table(std::string_view text, std::string_view name) {
    for (Reader reader(text); !reader.at_end(); reader.advance()) {
        if (!reader.is_at_name() || !same(plain(reader.part()), name)) continue;
        Reader ahead = reader;
        ahead.advance();
        ahead.skip_parentheses();
        if (!ahead.take("as")) continue;
        ahead.take("not");
        ahead.take("materialized");
        if (ahead.take(TokenKind::Open)) return true;
    }
    return false;
}

}  // namespace migrator::db::sqlite
