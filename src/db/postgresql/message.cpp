#include "db/postgresql/message.hpp"

#include <algorithm>

#include "core/ascii.hpp"

namespace migrator::db::postgresql {
namespace {

using script::Script;
using script::Statement;
using sql::ScriptRun;

/// A larger script goes in messages of about so many bytes, so that neither the client nor the
/// server has all of it in memory more than once.
constexpr std::size_t kLargeScript = std::size_t{4} << 20U;

// A line break first: the script may end in a comment.
constexpr std::string_view kSeparator = "\n;\n";
constexpr std::string_view kExecute = "execute";

/// Overwrites `[begin, end)` of the script, as far as it lies in `text`, which begins at `offset`.
void blank(std::string& text, std::size_t offset, std::size_t begin, std::size_t end) {
    begin = std::max(begin, offset) - offset;
    end = std::min(end, offset + text.size());
    for (std::size_t i = begin; i + offset < end; ++i) {
        if (text[i] != '\n' && text[i] != '\r') text[i] = ' ';
    }
}

/// Up to and with the ';' behind a statement, so that a blanked COMMIT leaves nothing behind.
std::size_t end_with_semicolon(const script::Text& text, const Statement& statement) {
    const std::string behind = text.piece(statement.end, std::max(statement.behind, statement.end));
    const std::size_t next = behind.find_first_not_of(kWhiteSpace);
    const bool is_semicolon = next != std::string::npos && behind[next] == ';';
    return statement.end + (is_semicolon ? next + 1 : 0);
}

/// `[begin, end)` of the text with what is not to be sent written over with spaces, so that
/// offsets and lines stay true.
std::string sent_text(
    const ScriptRun& run, std::size_t begin, std::size_t end, bool with_transaction_control
) {
    const Script& script = *run.script;
    std::string sent = run.text.piece(begin, end);
    for (const script::Omission& omission : script.omissions) {
        blank(sent, begin, omission.begin, omission.end);
    }
    if (script.wrapped && !with_transaction_control && script.statements.size() >= 2) {
        for (const Statement* wrapper : {&script.statements.front(), &script.statements.back()}) {
            blank(sent, begin, wrapper->begin, end_with_semicolon(run.text, *wrapper));
        }
    }
    return sent;
}

void append(Message& message, std::string text, Piece piece) {
    if (!message.text.empty()) message.text += kSeparator;
    piece.begin = message.text.size();
    piece.size = text.size();
    if (message.text.empty()) {
        message.text = std::move(text);
    } else {
        message.text += text;
    }
    message.pieces.push_back(piece);
}

bool copies(const Script& script, std::size_t statement) {
    return (script.statements[statement].traits & script::kCopyFromStdin) != 0;
}

/// The statement of `piece` that `offset` of the script lies in, or behind.
std::size_t statement_at(const Piece& piece, const Script& script, std::size_t offset) {
    std::size_t index = piece.first_statement;
    for (std::size_t i = 1; i < piece.statements; ++i) {
        if (script.statements[piece.first_statement + i].begin > offset) break;
        ++index;
    }
    return index;
}

/// The last piece of a script that begins at or before `position`.
const Piece& piece_at(const Message& message, std::size_t position) {
    const Piece* found = &*std::ranges::find(message.pieces, false, &Piece::ours);
    for (const Piece& piece : message.pieces) {
        if (piece.begin > position) break;
        if (!piece.ours) found = &piece;
    }
    return *found;
}

std::size_t source_offset(const Piece& piece, std::size_t position) {
    return piece.source + std::min(position - piece.begin, piece.size);
}

Place place_at_position(const Piece& piece, const ScriptRun& run, std::size_t position, bool sure) {
    const std::size_t offset = source_offset(piece, position);
    Place place{.run = piece.run, .statement = 0, .line = run.text.line_of(offset)};
    if (!sure || piece.statements == 0) return place;
    const std::size_t index = statement_at(piece, *run.script, offset);
    // A parser that stumbles over the end of a statement points behind it, on another line perhaps.
    const Statement& statement = run.script->statements[index];
    if (offset > statement.end) {
        place.line = run.text.line_of(std::max(statement.end, statement.begin + 1) - 1);
    }
    place.statement = index + 1;
    return place;
}

}  // namespace

std::size_t Message::expected() const {
    std::size_t count = 0;
    for (const Piece& piece : pieces) count += piece.statements;
    return count;
}

void prepend(Message& message, const std::string& text, std::size_t statements) {
    Message longer{.text = {}, .pieces = {}, .counted = message.counted};
    append(
        longer, text, {.run = message.pieces.front().run, .statements = statements, .ours = true}
    );
    longer.text += kSeparator;
    const std::size_t offset = longer.text.size();
    longer.text += message.text;
    for (Piece piece : message.pieces) {
        piece.begin += offset;
        longer.pieces.push_back(piece);
    }
    longer.copy_data = message.copy_data;
    message = std::move(longer);
}

StatementRange sent_statements(const Script& script) {
    const std::size_t count = script.statements.size();
    if (script.wrapped && count >= 2) return {1, count - 1};
    return {0, count};
}

Message message_of(
    const ScriptRun& script,
    std::size_t run,
    std::size_t first,
    std::size_t last,
    bool with_transaction_control
) {
    const std::vector<Statement>& statements = script.script->statements;
    const std::size_t begin = statements[first].begin;
    Message message;
    append(
        message,
        sent_text(script, begin, statements[last - 1].end, with_transaction_control),
        {.run = run, .source = begin, .first_statement = first, .statements = last - first}
    );
    const Statement& copy = statements[first];
    if ((copy.traits & script::kCopyFromStdin) != 0) {
        message.copy_data = {&script.text, copy.data_begin, copy.data_end};
    }
    return message;
}

bool MessageQueue::goes_stepwise(const ScriptRun& run) const {
    const Script& script = *run.script;
    // The server reads a whole message under one setting, and finds the data of a COPY only behind
    // the message.
    const bool has_to = (script.traits & (script::kChangesLexing | script::kCopyFromStdin)) != 0;
    const bool may = script.sure && (rules_.one_statement || run.text.size() > kLargeScript);
    return has_to || may;
}

bool MessageQueue::goes_alone(const Script& script) const {
    return !script.sure || (script.traits & script::kCopyToStdout) != 0;
}

bool MessageQueue::is_blank(const Script& script) const {
    const StatementRange range = sent_statements(script);
    return script.sure && range.begin == range.end;
}

bool MessageQueue::is_reset_due() const {
    return !reset_is_done_ && runs_[run_].undone != script::kNoTraits && statement_ == 0;
}

std::optional<Message> MessageQueue::next(Joining joining) {
    if (limits_are_due_) {
        limits_are_due_ = false;
        Message message;
        add_limits(message, run_ - 1);
        return message;
    }
    while (run_ < runs_.size()) {
        const Script& script = *runs_[run_].script;
        const bool is_copy = sent_statements(script).begin < sent_statements(script).end &&
                             copies(script, sent_statements(script).begin);
        if (is_blank(script)) {
            ++run_;
        } else if (is_reset_due() && (!joining.resets || is_copy)) {
            Message message;
            add_reset(message);
            return message;
        } else if (!goes_stepwise(runs_[run_])) {
            return whole(joining);
        } else if (auto message = step()) {
            return message;
        }
    }
    return std::nullopt;
}

Message MessageQueue::whole(Joining joining) {
    Message message;
    for (bool first = true; run_ < runs_.size(); ++run_, reset_is_done_ = false) {
        const ScriptRun& run = runs_[run_];
        const Script& script = *run.script;
        const StatementRange range = sent_statements(script);
        if (is_blank(script)) continue;
        const bool alone = goes_alone(script) || (is_reset_due() && !joining.resets);
        if (!first && (!joining.scripts || alone || goes_stepwise(run))) break;
        first = false;
        if (is_reset_due()) add_reset(message);
        append(
            message,
            sent_text(run, 0, run.text.size(), false),
            {.run = run_, .first_statement = range.begin, .statements = range.end - range.begin}
        );
        message.counted = script.sure;
        if (!script.sure) {
            // Who knows what it does, and where its text ends: our limits go by themselves.
            limits_are_due_ = rules_.limits.statements > 0;
        } else if ((script.traits & script::kChangesSession) != 0) {
            add_limits(message, run_);
        }
        if (!alone) continue;
        ++run_;
        reset_is_done_ = false;
        break;
    }
    return message;
}

std::optional<Message> MessageQueue::step() {
    const ScriptRun& run = runs_[run_];
    const Script& script = *run.script;
    const StatementRange range = sent_statements(script);
    const std::size_t first = std::max(statement_, range.begin);
    if (first >= range.end) {
        ++run_;
        statement_ = 0;
        reset_is_done_ = false;
        return std::nullopt;
    }
    // Between two COPYs of a dump stand hundreds of statements: those go together.
    const bool one = rules_.one_statement || copies(script, first) || !script.sure ||
                     (script.traits & script::kChangesLexing) != 0;
    std::size_t last = first + 1;
    const auto fits = [&](std::size_t statement) {
        return script.statements[statement].end - script.statements[first].begin <= kLargeScript;
    };
    while (!one && last < range.end && !copies(script, last) && fits(last)) ++last;

    Message message = message_of(run, run_, first, last, false);
    if (is_reset_due()) {
        Message reset;
        add_reset(reset);
        prepend(message, reset.text, reset.expected());
        message.pieces.front().run = reset.pieces.front().run;
    }
    statement_ = last;
    if (last == range.end) {
        ++run_;
        statement_ = 0;
        reset_is_done_ = false;
        limits_are_due_ =
            (script.traits & (script::kChangesSession | script::kChangesLexing)) != 0 &&
            rules_.limits.statements > 0;
    }
    return message;
}

void MessageQueue::add_limits(Message& message, std::size_t run) const {
    const Own& limits = rules_.limits;
    if (limits.statements == 0) return;
    append(message, limits.text, {.run = run, .statements = limits.statements, .ours = true});
}

void MessageQueue::add_reset(Message& message) {
    const Own reset = rules_.reset(runs_[run_].undone);
    // What goes wrong in it comes from the script before.
    const std::size_t run = run_ == 0 ? 0 : run_ - 1;
    append(message, reset.text, {.run = run, .statements = reset.statements, .ours = true});
    reset_is_done_ = true;
}

Place locate(
    const Message& message,
    std::span<const ScriptRun> runs,
    std::size_t results,
    std::optional<std::size_t> position
) {
    std::size_t before = 0;
    const Piece* counted = nullptr;
    for (const Piece& piece : message.pieces) {
        // Ours come first when they open the transaction: nothing of them is refused without a
        // result.
        if (piece.ours && results == 0 && message.pieces.size() > 1) continue;
        if (results < before + piece.statements) {
            counted = &piece;
            break;
        }
        before += piece.statements;
    }
    const bool known = message.counted && counted != nullptr && !counted->ours;
    if (counted == nullptr) counted = &message.pieces.back();
    const ScriptRun& run = runs[counted->run];
    if (!known) {
        if (!position || counted->ours) return {.run = counted->run, .ours = counted->ours};
        return place_at_position(*counted, run, std::max(*position, counted->begin), false);
    }
    const std::size_t index = counted->first_statement + (results - before);
    const Statement& statement = run.script->statements[index];
    const Place by_count{.run = counted->run, .statement = index + 1, .line = statement.line};
    if (!position) return by_count;
    const Piece& pointed = piece_at(message, *position);
    const Place by_position =
        place_at_position(pointed, runs[pointed.run], std::max(*position, pointed.begin), true);
    if (by_position.run == by_count.run && by_position.statement == by_count.statement) {
        return by_position;
    }
    // Without any result the server has not got past reading the whole text, and the position
    // tells where. Later it can only belong to another text, such as one that was prepared in an
    // earlier message: then the count is right.
    const bool is_execute = equal_ignoring_case(
        run.text.piece(statement.begin, statement.begin + kExecute.size()), kExecute
    );
    return results == 0 && !is_execute ? by_position : by_count;
}

}  // namespace migrator::db::postgresql
