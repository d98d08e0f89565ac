#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "core/ascii.hpp"
#include "core/utf8.hpp"
#include "script/characters.hpp"
#include "script/checks.hpp"
#include "script/code_traits.hpp"
#include "script/compound_body.hpp"
#include "script/copy_data.hpp"
#include "script/function_calls.hpp"
#include "script/lexer.hpp"
#include "script/lexing_settings.hpp"
#include "script/part.hpp"
#include "script/reading_changes.hpp"
#include "script/script.hpp"
#include "script/statement_body.hpp"
#include "script/statement_traits.hpp"

namespace migrator::script {
namespace {

/// Commands of the client `mysql` that are words. HELP is a statement, too.
constexpr std::array<std::string_view, 22> kMysqlCommands = {
    "charset", "clear",  "connect",         "edit",   "ego",    "exit",   "go",
    "nopager", "notee",  "nowarning",       "pager",  "print",  "prompt", "query_attributes",
    "quit",    "rehash", "resetconnection", "source", "status", "system", "tee",
    "warnings"};

constexpr std::string_view kMarker = "migrator:no-transaction";

constexpr std::uint32_t offset32(std::size_t offset) { return static_cast<std::uint32_t>(offset); }

/// Whether the marker stands in `comment` as a word of its own.
bool holds_marker(std::string_view comment) {
    const auto goes_on = [](char c) { return is_word_char(c) || c == '-' || c == ':'; };
    for (std::size_t at = comment.find(kMarker); at != std::string_view::npos;
         at = comment.find(kMarker, at + 1)) {
        const std::size_t end = at + kMarker.size();
        const bool begins = !is_word_char(comment[at - 1]);  // "--" or "/*" stand before it
        if (begins && (end == comment.size() || !goes_on(comment[end]))) return true;
    }
    return false;
}

/// `lower` has no capitals.
bool contains_lower(std::string_view text, std::string_view lower) {
    const auto same = [](char a, char b) { return to_lower(a) == b; };
    return std::search(text.begin(), text.end(), lower.begin(), lower.end(), same) != text.end();
}

class Scanner {
public:
    Scanner(std::string_view text, const Lexis& lexis, const PartStart& start)
        : text_(text),
          rules_(lexis),
          initial_(start.initial),
          known_(start.known),
          text_goes_on_(start.text_goes_on),
          lexer_(text, lexis) {
        read_as(start.reading);
    }

    Part scan() {
        do {
            scan_to_limit();
        } while (go_on_behind_data());
        finish();
        return {.script = std::move(script_), .behind = behind_, .open_copy = open_copy_};
    }

private:
    /// Who knows how what reaches the end of the text goes on: it is left to the next part.
    bool is_cut_off() const { return text_goes_on_ && lexer_.limit() == text_.size(); }
    std::string_view text_of(const Token& token) const {
        return text_.substr(token.begin, token.end - token.begin);
    }
    std::uint32_t line_at(std::size_t offset);
    void say_problem(std::string problem);

    void scan_to_limit();
    void scan_statement(Token token);
    void end_statement(Statement& statement, const Token& end);
    void find_traits(Statement& statement);
    void read_as(const Reading& reading);
    void find_state(Statement& statement, std::string_view text) const;
    void psql_command(const Token& backslash);
    bool mysql_command(const Token& token);
    void delimiter_command(const Token& word);
    bool use_command(const Token& word);
    void refuse_command(std::string_view command, std::size_t offset);
    std::size_t end_of_line(std::size_t offset) const {
        return std::min(text_.find_first_of("\r\n", offset), text_.size());
    }
    bool take_data(Statement& statement, std::size_t semicolon);
    bool go_on_behind_data();
    void finish();

    std::string_view text_;
    Rules rules_;
    Reading initial_;
    std::span<const ReadingFrom> known_;  ///< that is still to come
    bool text_goes_on_;
    Lexer lexer_;
    Script script_;
    Reading reading_;
    StatementWords words_;     ///< of the statement in work
    std::size_t counted_ = 0;  ///< newlines before this offset are in `line_`
    std::uint32_t line_ = 1;
    /// Data of COPY begins behind the *line* of its statement, and the rest of that line is SQL:
    /// while it is scanned, this is where the data ends. 0: there is none.
    std::size_t behind_data_ = 0;
    std::size_t behind_ = 0;                ///< what is complete ends before this
    std::optional<std::size_t> open_copy_;  ///< the statement whose data the text cuts off
    bool open_at_limit_ = false;            ///< the last statement had no ';'
    bool has_delimiter_ = false;            ///< another than ';'
};

std::uint32_t Scanner::line_at(std::size_t offset) {
    const std::string_view passed = text_.substr(counted_, offset - counted_);
    line_ += offset32(static_cast<std::size_t>(std::ranges::count(passed, '\n')));
    counted_ = offset;
    return line_;
}

void Scanner::say_problem(std::string problem) {
    if (script_.problem.empty()) script_.problem = std::move(problem);
}

void Scanner::scan_to_limit() {
    for (;;) {
        const Token token = lexer_.first_of_statement();
        if (token.kind == TokenKind::End) return;
        if (token.kind == TokenKind::Semicolon) {
            behind_ = token.end;
        } else if (rules_.lexis().mysql_commands && mysql_command(token)) {
            continue;
        } else if (token.kind == TokenKind::Backslash && rules_.lexis().psql_commands) {
            psql_command(token);
        } else {
            scan_statement(token);
        }
    }
}

void Scanner::scan_statement(Token token) {
    const Lexis& lexis = rules_.lexis();
    Statement statement;
    statement.begin = offset32(token.begin);
    statement.line = line_at(token.begin);
    lexer_.begin_statement(token.begin);

    words_.clear();
    StatementBody body(lexis);
    CompoundBody compound;
    const bool may_be_compound = lexis.compound_bodies;
    unsigned parentheses = 0;
    const bool has_words = token.kind == TokenKind::Word || token.kind == TokenKind::VersionComment;
    std::size_t words_wanted = has_words ? 1 : 0;
    bool every_token = true;
    for (; token.kind != TokenKind::End;
         token = every_token ? lexer_.next() : lexer_.next_structural(parentheses)) {
        if (token.kind == TokenKind::Semicolon &&
            (parentheses == 0 || !lexis.parentheses_hold_semicolons) && !body.open() &&
            !(may_be_compound && !has_delimiter_ && compound.open())) {
            break;
        }
        if (token.kind == TokenKind::Backslash && lexis.mysql_commands) {
            // Of psql's commands the client takes the first letter; people know the whole word.
            std::size_t end = token.begin + 2;
            while (end < text_.size() && is_letter(text_[end])) ++end;
            refuse_command(text_.substr(token.begin, end - token.begin), token.begin);
        }
        if (!every_token) continue;
        if (token.kind == TokenKind::Open) ++parentheses;
        if (token.kind == TokenKind::Close && parentheses > 0) --parentheses;
        const std::string_view text = text_of(token);
        body.see(token, text, parentheses);
        if (may_be_compound) compound.see(token, text);
        if (words_.count() < words_wanted) {
            words_.add(token, text);
            if (words_.count() == 1) words_wanted = rules_.words_wanted(words_.first());
        }
        every_token = words_.count() < words_wanted || body.possible() ||
                      (may_be_compound && !has_delimiter_ && compound.possible());
    }
    open_at_limit_ = token.kind == TokenKind::End;
    if (open_at_limit_ && is_cut_off()) return;
    const bool in_compound = may_be_compound && !has_delimiter_ && compound.open();
    if (open_at_limit_ && (parentheses > 0 || body.open() || in_compound)) script_.sure = false;
    if (has_delimiter_ || (may_be_compound && compound.is_program())) {
        statement.traits |= kUncountedResults;
    }
    end_statement(statement, token);
}

void Scanner::end_statement(Statement& statement, const Token& end) {
    statement.end = offset32(lexer_.content_end(end.begin));
    statement.behind = offset32(end.end);
    find_traits(statement);
    const bool tells_reading =
        rules_.lexis().backslash_strings && (statement.traits & kChangesLexing) != 0;
    if ((statement.traits & kCopyFromStdin) != 0 && rules_.lexis().copy_data) {
        if (!take_data(statement, end.begin)) return;
    }
    script_.traits |= statement.traits;
    script_.statements.push_back(statement);
    behind_ = end.end;
    if (tells_reading) {
        const auto text = text_.substr(statement.begin, statement.end - statement.begin);
        read_as(reading_after(text, rules_.lexis(), reading_, initial_));
    }
    while (!known_.empty() && known_.front().statements <= script_.statements.size()) {
        read_as(known_.front().reading);
        known_ = known_.subspan(1);
    }
}

/// What stands behind the statements that were found.
void Scanner::read_as(const Reading& reading) {
    reading_ = reading;
    script_.standard_conforming_strings = reading.standard_conforming_strings;
    lexer_.set_reading(reading);
    if (!rules_.lexis().backslash_strings) return;
    const std::size_t behind = script_.statements.size();
    auto& readings = script_.readings;
    if (!readings.empty() && readings.back().statements == behind) readings.pop_back();
    readings.push_back({behind, reading});
}

void Scanner::find_traits(Statement& statement) {
    const Lexis& lexis = rules_.lexis();
    const std::string_view first = words_.first();
    const auto text = text_.substr(statement.begin, statement.end - statement.begin);
    if (rules_.words_wanted(first) > 0) {
        statement.traits |= words_.traits(lexis);
        if ((statement.traits & kHints) != 0) find_state(statement, text);
    }
    if (lexis.copy_data && equal_ignoring_case(first, "copy")) {
        statement.traits |= copy_traits(text, lexis);
    }
    if (lexis.user_variables && names_variables(text, lexis)) statement.traits |= kChangesSession;
    if (!lexis.escape_strings || !may_change_settings(first)) return;

    bool& setting = script_.standard_conforming_strings;
    const SettingChange change =
        find_setting_change(text, lexis, setting, initial_.standard_conforming_strings);
    if (change.session) statement.traits |= kChangesSession;
    if (!change.known) script_.sure = false;
    if (!change.lexing) return;
    statement.traits |= kChangesSession | kChangesLexing;
    setting = change.standard_conforming_strings.value_or(setting);
    lexer_.set_standard_conforming_strings(setting);
}

/// What the words that the statement begins with can't tell.
void Scanner::find_state(Statement& statement, std::string_view text) const {
    const Lexis& lexis = rules_.lexis();
    const std::uint32_t hints =
        std::exchange(statement.traits, statement.traits & ~kHints) & kHints;
    if ((hints & kCallsFunctions) != 0) statement.traits |= traits_of_calls(text, lexis);
    if ((hints & kMakesCode) != 0) statement.traits |= traits_of_made_code(text, lexis);
    if ((hints & kIsCode) != 0) statement.traits |= traits_of_run_code(text, lexis);
    if ((hints & kMaySelectInto) != 0 && contains_lower(text, "temp")) {
        statement.traits |= kChangesSession | kMakesTemporary;
    }
}

/// Where a statement could begin: whether the token begins a command of the client `mysql`, which
/// was read then.
bool Scanner::mysql_command(const Token& token) {
    const std::string_view word = text_of(token);
    if (token.kind != TokenKind::Word) return false;
    if (equal_ignoring_case(word, "delimiter")) {
        delimiter_command(token);
        return true;
    }
    if (equal_ignoring_case(word, "use")) return use_command(token);
    const std::size_t next = text_.find_first_not_of(" \t", token.end);
    const bool is_label = next != std::string_view::npos && text_[next] == ':';
    if (is_one_of_ignoring_case(word, kMysqlCommands) && !is_label) {
        refuse_command(word, token.begin);
    }
    return false;
}

/// DELIMITER text: the rest of the line up to a blank, or what stands there in quotes, ends
/// statements from here on.
void Scanner::delimiter_command(const Token& word) {
    const std::size_t end = end_of_line(word.end);
    std::string_view rest = text_.substr(word.end, end - word.end);
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
    const bool is_quoted =
        !rest.empty() && std::string_view("'\"`").find(rest[0]) != std::string_view::npos;
    if (is_quoted) {
        rest = rest.substr(1, rest.find(rest[0], 1) - 1);
    } else {
        rest = rest.substr(0, rest.find_first_of(" \t"));
    }
    if (rest.empty()) {
        say_problem(fmt::format(
            "DELIMITER in line {}: the delimiter must follow on the same line", line_at(word.begin)
        ));
    } else if (rest.find('\\') != std::string_view::npos) {
        say_problem(fmt::format(
            "DELIMITER in line {}: the delimiter cannot contain a backslash", line_at(word.begin)
        ));
    } else {
        lexer_.set_delimiter(rest);
        has_delimiter_ = rest != ";";
    }
    script_.omissions.push_back({offset32(word.begin), offset32(end)});
    lexer_.seek(end);
}

/// USE name, alone in its line and without anything that ends it. False when it is a statement as
/// any other.
bool Scanner::use_command(const Token& word) {
    const std::size_t end = end_of_line(word.end);
    Lexer rest = lexer_;
    rest.set_limit(end);
    rest.seek(word.end);
    const Token name = rest.next();
    const bool is_name = name.kind == TokenKind::Word || name.kind == TokenKind::QuotedName ||
                         name.kind == TokenKind::String;
    if (!is_name || rest.next().kind != TokenKind::End) return false;
    Statement statement;
    statement.begin = offset32(word.begin);
    statement.line = line_at(word.begin);
    lexer_.begin_statement(word.begin);
    words_.clear();
    words_.add(word, text_of(word));
    words_.add(name, text_of(name));
    end_statement(statement, {TokenKind::Semicolon, name.end, end});
    lexer_.seek(end);
    return true;
}

/// What a file says that sets how it is read may not be read right here: the server tells then.
void Scanner::refuse_command(std::string_view command, std::size_t offset) {
    if (command == "\\N" || (script_.traits & kChangesLexing) != 0) return;
    say_problem(fmt::format(
        "client command {} in line {}: migrator runs SQL, not commands of the client mysql; remove "
        "it",
        to_valid_utf8(command),
        line_at(offset)
    ));
}

/// A backslash where a statement should begin: psql takes the rest of the line as a command.
void Scanner::psql_command(const Token& backslash) {
    const std::size_t begin = backslash.begin;
    const std::size_t end = std::min(text_.find_first_of("\r\n", begin), text_.size());
    const std::string_view line = text_.substr(begin, end - begin);
    const std::string_view command = line.substr(0, line.find_first_of(" \t\\", 1));
    lexer_.seek(end);
    if (end == text_.size() && text_goes_on_) return;
    behind_ = end;
    if (command == "\\restrict" || command == "\\unrestrict") {
        script_.omissions.push_back({offset32(begin), offset32(end)});
    } else {
        say_problem(fmt::format(
            "psql command {} in line {}: migrator runs SQL, not psql commands; remove it",
            to_valid_utf8(command.substr(0, 40)),
            line_at(begin)
        ));
    }
}

/// The data of a COPY … FROM STDIN whose ';' (or the end of the text) is at `semicolon`. False when
/// the statement is left to the next part.
bool Scanner::take_data(Statement& statement, std::size_t semicolon) {
    std::size_t begin = behind_data_;
    if (begin == 0) {
        const std::size_t newline = std::min(text_.find('\n', semicolon), text_.size());
        if (text_goes_on_ && newline == text_.size()) {
            lexer_.seek(newline);
            return false;
        }
        lexer_.set_limit(newline);
        begin = std::min(newline + 1, text_.size());
        open_at_limit_ = false;  // without a ';' this was the end of the text
    }
    EndOfData data = end_of_data(text_, begin);
    if (text_goes_on_ && !data.has_whole_mark) {
        if (open_copy_) script_.sure = false;  // the data of another one comes first
        open_copy_ = script_.statements.size();
        data.end = begin;
    }
    statement.data_begin = offset32(begin);
    statement.data_end = offset32(data.end);
    behind_data_ = data.behind;
    return true;
}

/// At the end of a line with COPY … FROM STDIN: skips the data. False: the text is at its end.
bool Scanner::go_on_behind_data() {
    if (behind_data_ == 0) return false;
    if (open_at_limit_ || lexer_.unterminated()) {
        say_problem(fmt::format(
            "line {}: a statement after COPY … FROM STDIN on the same line continues after the "
            "data; start it on a separate line",
            line_at(lexer_.limit())
        ));
    }
    lexer_.set_limit(text_.size());
    lexer_.seek(behind_data_);
    behind_ = std::exchange(behind_data_, 0);
    return true;
}

void Scanner::finish() {
    if (open_copy_) behind_ = script_.statements[*open_copy_].data_begin;
    if (!text_goes_on_) {
        behind_ = text_.size();
        if (lexer_.unterminated()) script_.sure = false;
        if (const auto open = lexer_.open_at()) script_.open_line = line_of(text_, *open);
    }
    if (!is_valid_utf8(text_.substr(0, behind_))) script_.sure = false;
    find_checks(text_, behind_, lexer_.marked(), script_);

    const auto comment = lexer_.first_comment();
    const auto& statements = script_.statements;
    if (comment && (statements.empty() || comment->begin < statements.front().begin)) {
        const auto text = text_.substr(comment->begin, comment->end - comment->begin);
        script_.no_transaction_marker = holds_marker(text);
    }
}

}  // namespace

Part scan_part(std::string_view text, const Lexis& lexis, const PartStart& start) {
    return Scanner(text, lexis, start).scan();
}

void conclude(Script& script) {
    const auto& statements = script.statements;
    const auto controls = std::ranges::count_if(statements, [](const Statement& statement) {
        return (statement.traits & kTransactionControl) != 0;
    });
    script.wrapped = controls == 2 && (statements.front().traits & kOpensTransaction) != 0 &&
                     (statements.back().traits & kClosesTransaction) != 0;
    // A SET LOCAL ends with its transaction, and a ROLLBACK takes a SET back. Nobody does that.
    const bool lexing_changes = (script.traits & kChangesLexing) != 0;
    if (lexing_changes && controls > 0 && !script.wrapped) script.sure = false;
}

Script scan(std::string_view text, const Lexis& lexis, bool standard_conforming_strings) {
    if (text.size() >= kTooLarge) {
        Script refused;
        refused.problem = "the file is larger than 4 GiB; split it";
        refused.standard_conforming_strings = standard_conforming_strings;
        refused.sure = false;
        return refused;
    }
    const Reading first{
        .standard_conforming_strings = standard_conforming_strings, .encoding = lexis.encoding};
    return scan_as(text, lexis, first, {});
}

Script scan_as(
    std::string_view text,
    const Lexis& lexis,
    const Reading& first,
    std::span<const ReadingFrom> known
) {
    Script script =
        scan_part(text, lexis, {.reading = first, .initial = first, .known = known}).script;
    conclude(script);
    return script;
}

}  // namespace migrator::script
