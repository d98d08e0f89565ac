#include "db/postgresql/message.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "db/postgresql/copy_text.hpp"
#include "db/postgresql/lexis.hpp"
#include "db/postgresql/settings.hpp"
#include "script/part.hpp"

namespace migrator::db::postgresql {
namespace {

using script::Script;
using sql::ScriptRun;

/// A script whose statements are the lines of its text that end in ';'. Scripts are made by hand
/// here: what the scanner finds is tested with the scanner.
struct Made {
    std::string text;
    Script script;

    explicit Made(std::string lines, std::uint32_t traits = 0) : text(std::move(lines)) {
        script.traits = traits;
        std::uint32_t line = 1;
        for (std::size_t begin = 0; begin < text.size(); ++line) {
            const std::size_t end = std::min(text.find('\n', begin), text.size());
            if (text[end - 1] == ';') {
                script::Statement statement;
                statement.begin = static_cast<std::uint32_t>(begin);
                statement.end = static_cast<std::uint32_t>(end - 1);
                statement.behind = static_cast<std::uint32_t>(end);
                statement.line = line;
                statement.traits = traits;
                script.statements.push_back(statement);
            }
            begin = end + 1;
        }
    }
};

std::vector<ScriptRun> runs_of(const std::vector<Made>& made) {
    std::vector<ScriptRun> runs;
    for (const Made& one : made) {
        runs.push_back({.step = runs.size(), .text = one.text, .script = &one.script});
    }
    return runs;
}

std::vector<Message> messages(
    const std::vector<ScriptRun>& runs, MessageQueue::Rules rules = {}, bool joined = true
) {
    std::vector<Message> all;
    MessageQueue queue(runs, std::move(rules));
    while (auto message = queue.next({.scripts = joined})) all.push_back(std::move(*message));
    return all;
}

std::vector<std::string> texts(const std::vector<Message>& all) {
    std::vector<std::string> found;
    for (const Message& message : all) found.push_back(message.text);
    return found;
}

using Texts = std::vector<std::string>;

TEST(Messages, JoinScriptsBehindALineBreak) {
    const std::vector<Made> made = {Made("a;\nb;\n-- end"), Made("c;\n")};
    const auto runs = runs_of(made);
    const auto all = messages(runs);
    EXPECT_EQ(texts(all), (Texts{"a;\nb;\n-- end\n;\nc;\n"}));
    EXPECT_EQ(all[0].expected(), 3U);
    EXPECT_EQ(texts(messages(runs, {}, false)), (Texts{"a;\nb;\n-- end", "c;\n"}));
}

TEST(Messages, LeaveOutScriptsWithoutStatements) {
    const std::vector<Made> made = {Made("-- nothing"), Made("a;"), Made(""), Made("\n")};
    EXPECT_EQ(texts(messages(runs_of(made))), (Texts{"a;"}));
    EXPECT_TRUE(messages({}).empty());
}

TEST(Messages, KeepOffsetsWhereTextIsNotSent) {
    std::vector<Made> made = {Made("begin;\nx;\r\ny;\ncommit;\n"), Made("\\restrict k\nz;")};
    made[0].script.wrapped = true;
    made[0].script.statements = {
        {.begin = 0, .end = 5, .behind = 6, .line = 1},
        {.begin = 7, .end = 8, .behind = 9, .line = 2},
        {.begin = 11, .end = 12, .behind = 13, .line = 3},
        {.begin = 14, .end = 20, .behind = 21, .line = 4}};
    made[1].script.omissions = {{0, 11}};
    const auto all = messages(runs_of(made));
    EXPECT_EQ(texts(all), (Texts{"      \nx;\r\ny;\n       \n\n;\n           \nz;"}));
    EXPECT_EQ(all[0].expected(), 3U);
}

TEST(Messages, AreOfTheirOwnForWhatTheScannerCanNotVouchFor) {
    std::vector<Made> made = {Made("a;"), Made("'open"), Made("b;"), Made("c;")};
    made[1].script.sure = false;
    const auto all = messages(runs_of(made));
    EXPECT_EQ(texts(all), (Texts{"a;", "'open", "b;\n;\nc;"}));
    EXPECT_FALSE(all[1].counted);
}

TEST(Messages, AreOfTheirOwnForCopyToStdout) {
    const std::vector<Made> made = {
        Made("a;"), Made("copy;\nb;", script::kCopyToStdout), Made("c;")};
    EXPECT_EQ(texts(messages(runs_of(made))), (Texts{"a;", "copy;\nb;", "c;"}));
}

TEST(Messages, GoStatementByStatementWhenReadingChanges) {
    const std::vector<Made> made = {
        Made("a;"), Made("b;\nc;\n", script::kChangesLexing), Made("d;")};
    const auto all = messages(runs_of(made));
    EXPECT_EQ(texts(all), (Texts{"a;", "b", "c", "d;"}));
    EXPECT_EQ(locate(all[2], runs_of(made), 0, std::nullopt).line, 2U);
}

TEST(Messages, HoldTheStatementsBetweenTwoCopies) {
    std::vector<Made> made = {Made("a;\nb;\ncopy;\n1\n2\n\\.\nc;")};
    made[0].script.traits = script::kCopyFromStdin;
    script::Statement& copy = made[0].script.statements[2];
    copy.traits = script::kCopyFromStdin;
    copy.data_begin = 12;
    copy.data_end = 16;
    const auto runs = runs_of(made);
    const auto all = messages(runs);
    EXPECT_EQ(texts(all), (Texts{"a;\nb", "copy", "c"}));
    ASSERT_TRUE(all[1].copy_data);
    EXPECT_EQ(all[1].copy_data->text->piece(12, 16), "1\n2\n");
    EXPECT_EQ(all[1].copy_data->begin, 12U);
    EXPECT_EQ(all[1].copy_data->end, 16U);
    EXPECT_FALSE(all[0].copy_data);
    EXPECT_EQ(
        texts(messages(runs, {.limits = {}, .one_statement = true})), (Texts{"a", "b", "copy", "c"})
    );
}

std::string data_of(const Message& message) {
    std::string data = message.copy_data ? "data: " : "none";
    if (!message.copy_data) return data;
    message.copy_data->text
        ->give(message.copy_data->begin, message.copy_data->end, [&](std::string_view piece) {
            data += piece;
            return true;
        });
    return data;
}

/// What is sent of a text that is made in pieces is what is sent of the whole.
TEST(Messages, AreTheSameOfATextInPieces) {
    const Texts parts = {
        "select '{s}';\n",
        "insert into {s}.t values (1, E'\\';');",
        "create function {s}.f() returns void language sql begin atomic select 1; end;\n",
        "copy {s}.t from stdin;\n1\t{s}\n\\N\t2\n\\.\n",
        "copy {s}.t from stdin;\n\\.\n",
        "copy {s}.t from stdin; select '{s}';\n{s}\n\\.\n",
        "set standard_conforming_strings = off;\n",
        "-- {s}\n",
        "\\restrict {s}\n",
        "do $$ begin perform '{s};'; end $$;\n",
        "set search_path to {s};\n",
        "begin;",
        "commit;\n",
        ";"};
    std::mt19937 random(5);  // NOLINT(bugprone-random-generator-seed): the same texts each time
    const auto draw = [&](std::size_t below) {
        return std::uniform_int_distribution<std::size_t>(0, below - 1)(random);
    };
    std::size_t compared = 0;
    for (int round = 0; round < 3'000; ++round) {
        const bool is_wrapped = draw(4) == 0;
        std::string contents = is_wrapped ? "begin ;" : "";
        for (std::size_t i = draw(8); i > 0; --i) contents += parts[draw(parts.size() - 3)];
        for (std::size_t i = draw(2); i > 0; --i) contents += parts[draw(parts.size())];
        if (is_wrapped) contents += "\ncommit -- done\n;";
        SCOPED_TRACE(contents);
        const auto in_pieces = script::Text::in_pieces(contents, "{s}", "tenant_1");
        const auto replaced = script::Text::replaced(contents, "{s}", "tenant_1");
        const Script whole = script::scan(replaced.whole(), kPostgresqlLexis);
        const auto found = script::scan_parts(in_pieces, kPostgresqlLexis, true, 1 + draw(64));
        if (!found) continue;
        const std::vector<ScriptRun> runs = {{.step = 0, .text = in_pieces, .script = &*found}};
        const std::vector<ScriptRun> expected = {{.step = 0, .text = replaced, .script = &whole}};
        for (const bool one : {false, true}) {
            const auto all = messages(runs, {.one_statement = one});
            const auto wanted = messages(expected, {.one_statement = one});
            ASSERT_EQ(texts(all), texts(wanted));
            for (std::size_t i = 0; i < all.size(); ++i) {
                ASSERT_EQ(data_of(all[i]), data_of(wanted[i]));
                ASSERT_EQ(all[i].expected(), wanted[i].expected());
                for (std::size_t position = 0; position <= all[i].text.size(); ++position) {
                    const Place place = locate(all[i], runs, 0, position);
                    const Place other = locate(wanted[i], expected, 0, position);
                    ASSERT_EQ(place.statement, other.statement);
                    ASSERT_EQ(place.line, other.line);
                }
                ++compared;
            }
        }
    }
    EXPECT_GT(compared, 5'000U);
}

TEST(Messages, OfALargeScriptHoldSomeOfItsStatements) {
    const std::string statement = "insert " + std::string(1 << 20, 'x') + ";\n";
    std::string text;
    for (int i = 0; i < 10; ++i) text += statement;
    const std::vector<Made> made = {Made("a;"), Made(text), Made("b;")};
    const auto all = messages(runs_of(made));
    ASSERT_EQ(all.size(), 6U);
    EXPECT_EQ(all.front().text, "a;");
    std::size_t statements = 0;
    for (const Message& message : all) {
        EXPECT_LT(message.text.size(), std::size_t{5} << 20U);
        statements += message.expected();
    }
    EXPECT_EQ(statements, 12U);
    EXPECT_EQ(all.back().text, "b;");
    // The third statement of the second message.
    const Place place = locate(all[2], runs_of(made), 2, std::nullopt);
    EXPECT_EQ(place.run, 1U);
    EXPECT_EQ(place.statement, 6U);
    EXPECT_EQ(place.line, 6U);
}

TEST(Messages, CarryOurLimitsBehindScriptsThatChangeTheSession) {
    std::vector<Made> made = {
        Made("set a;", script::kChangesSession),
        Made("b;"),
        Made("set c;", script::kChangesLexing),
        Made("'", script::kNoTraits)};
    made[3].script.sure = false;
    const MessageQueue::Rules rules{.limits = {"set local x; set local y", 2}};
    const auto runs = runs_of(made);
    const auto all = messages(runs, rules);
    EXPECT_EQ(
        texts(all),
        (Texts{
            "set a;\n;\nset local x; set local y\n;\nb;",
            "set c",
            "set local x; set local y",
            "'",
            "set local x; set local y"})
    );
    EXPECT_EQ(all[0].expected(), 4U);
    const Place ours = locate(all[0], runs, 1, std::nullopt);
    EXPECT_EQ(ours.run, 0U);
    EXPECT_EQ(ours.statement, 0U);
    EXPECT_EQ(locate(all[0], runs, 3, std::nullopt).run, 1U);
}

/// A reset that names the traits that it undoes.
MessageQueue::Rules resetting() {
    return {.reset = [](std::uint32_t traits) {
        return MessageQueue::Own{"reset " + std::to_string(traits) + "; mine", 2};
    }};
}

TEST(Messages, CarryAResetInFrontOfTheScriptThatWantsOne) {
    const std::vector<Made> made = {Made("a;"), Made("b;"), Made("c;")};
    auto runs = runs_of(made);
    runs[1].undone = 7;
    const auto all = messages(runs, resetting());
    EXPECT_EQ(texts(all), (Texts{"a;\n;\nreset 7; mine\n;\nb;\n;\nc;"}));
    EXPECT_EQ(all[0].expected(), 5U);
    EXPECT_EQ(
        texts(messages(runs, resetting(), false)), (Texts{"a;", "reset 7; mine\n;\nb;", "c;"})
    );
}

TEST(Messages, GiveAResetToTheScriptBeforeIt) {
    const std::vector<Made> made = {Made("a;"), Made("b;")};
    auto runs = runs_of(made);
    runs[1].undone = 7;
    const auto all = messages(runs, resetting());
    const Place place = locate(all[0], runs, 1, std::nullopt);
    EXPECT_EQ(place.run, 0U);
    EXPECT_TRUE(place.ours);
    EXPECT_EQ(locate(all[0], runs, 3, std::nullopt).run, 1U);
}

TEST(Messages, SendAResetApartWhereTheNextTextIsReadUnderWhatItSets) {
    const std::vector<Made> made = {Made("a;"), Made("b;"), Made("c;")};
    auto runs = runs_of(made);
    runs[1].undone = 7;
    MessageQueue queue(runs, resetting());
    Texts sent;
    while (const auto message = queue.next({.resets = false})) sent.push_back(message->text);
    EXPECT_EQ(sent, (Texts{"a;", "reset 7; mine", "b;\n;\nc;"}));
}

TEST(Messages, CarryAResetWithTheFirstStepOfAScriptButNotWithACopy) {
    std::vector<Made> made = {Made("a;\nb;", script::kChangesLexing), Made("copy;")};
    made[1].script.traits = made[1].script.statements[0].traits = script::kCopyFromStdin;
    auto runs = runs_of(made);
    runs[0].undone = 1;
    runs[1].undone = 2;
    EXPECT_EQ(
        texts(messages(runs, resetting())),
        (Texts{"reset 1; mine\n;\na", "b", "reset 2; mine", "copy"})
    );
}

TEST(Locate, TracesAnErrorBackToScriptStatementAndLine) {
    const std::vector<Made> made = {
        Made("a1;\na2;\n"), Made("b1;\n\nb2 bad;\n"), Made("execute p;")};
    const auto runs = runs_of(made);
    const auto all = messages(runs);
    ASSERT_EQ(texts(all), (Texts{"a1;\na2;\n\n;\nb1;\n\nb2 bad;\n\n;\nexecute p;"}));
    const std::string& text = all[0].text;
    const std::size_t bad = text.find("bad");
    const std::size_t nowhere = 9'999;
    const struct {
        const char* name;
        std::size_t results;
        std::size_t position;
        Place place;
    } cases[] = {
        {"first", 0, nowhere, {0, 1, 1}},
        {"second statement", 1, nowhere, {0, 2, 2}},
        {"next script", 2, nowhere, {1, 1, 1}},
        {"third line", 3, nowhere, {1, 2, 3}},
        {"last", 4, nowhere, {2, 1, 1}},
        {"more than there are", 5, nowhere, {2, 0, 0}},
        {"position agrees", 3, bad, {1, 2, 3}},
        {"nothing ran: the position decides", 0, bad, {1, 2, 3}},
        {"something ran: the count decides", 4, bad, {2, 1, 1}},
        {"behind the statement", 3, text.find("\n\n;\nexecute") + 3, {1, 2, 3}},
        {"at the end of the message", 4, text.size(), {2, 1, 1}},
        {"more than there are, with a position", 5, text.find("execute"), {2, 0, 1}},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        const auto position = c.position == nowhere ? std::nullopt : std::optional(c.position);
        const Place place = locate(all[0], runs, c.results, position);
        EXPECT_EQ(place.run, c.place.run);
        EXPECT_EQ(place.statement, c.place.statement);
        EXPECT_EQ(place.line, c.place.line);
    }
}

TEST(Locate, TrustsNoPositionOfAPreparedStatement) {
    const std::vector<Made> made = {Made("Execute p;"), Made("b;")};
    const auto runs = runs_of(made);
    const auto all = messages(runs);
    const Place place = locate(all[0], runs, 0, all[0].text.find("b;"));
    EXPECT_EQ(place.run, 0U);
    EXPECT_EQ(place.statement, 1U);
}

TEST(Locate, GivesTheLineInAScriptThatIsNotCounted) {
    std::vector<Made> made = {Made("a;\n'open")};
    made[0].script.sure = false;
    const auto runs = runs_of(made);
    const auto all = messages(runs);
    EXPECT_EQ(locate(all[0], runs, 0, 3).line, 2U);
    EXPECT_EQ(locate(all[0], runs, 0, 3).statement, 0U);
    EXPECT_EQ(locate(all[0], runs, 0, std::nullopt).line, 0U);
}

TEST(CopyText, EscapesWhatTheFormatUses) {
    const struct {
        std::string value;
        std::string expected;
    } cases[] = {
        {"", ""},
        {"plain", "plain"},
        {"a\tb\nc\rd\\e", "a\\tb\\nc\\rd\\\\e"},
        {"\\N", "\\\\N"},
        {"\\.", "\\\\."},
        {"é\n", "é\\n"},
    };
    for (const auto& c : cases) {
        std::string out = "x";
        append_copy_text(out, c.value);
        EXPECT_EQ(out, "x" + c.expected);
    }
}

TEST(CopyText, EscapesEachByteWhereverItStands) {
    const std::string special = "\\\n\r\t";
    const std::string letters = "\\nrt";
    for (int byte = 0; byte < 256; ++byte) {
        for (std::size_t at = 0; at < 20; ++at) {
            for (const char other : {'a', '\xFF', '\x10', '\n'}) {
                std::string value(20, other);
                value[at] = static_cast<char>(byte);
                std::string expected;
                for (const char c : value) {
                    const std::size_t found = special.find(c);
                    expected += found == std::string::npos ? std::string(1, c)
                                                           : std::string("\\") + letters[found];
                }
                std::string out;
                append_copy_text(out, value);
                ASSERT_EQ(out, expected) << byte << " at " << at;
                ASSERT_EQ(copied_bytes(value), expected.size());
            }
        }
    }
}

TEST(Settings, FitTheServersVersion) {
    sql::WorkSettings settings;
    settings.statement_timeout = std::chrono::seconds(5);
    const auto has = [&](ServerFacts facts, Scope scope, const std::string& statement) {
        const auto all = limit_statements(settings, facts, scope);
        return std::ranges::find(all, statement) != all.end();
    };
    const ServerFacts old{.version = 100'023};
    const ServerFacts current{.version = 170'000, .checks_clients = true};
    EXPECT_TRUE(has(old, Scope::Transaction, "set local statement_timeout = 5000"));
    EXPECT_TRUE(has(old, Scope::Session, "set statement_timeout = 5000"));
    EXPECT_FALSE(has(old, Scope::Transaction, "set local transaction_timeout = 0"));
    EXPECT_TRUE(has(current, Scope::Transaction, "set local transaction_timeout = 0"));
    EXPECT_TRUE(
        has(current, Scope::Transaction, "set local client_connection_check_interval = '1s'")
    );
    EXPECT_FALSE(has(current, Scope::Transaction, "set local lock_timeout = 0"))
        << "what is not configured stays as the server has it";
}

TEST(Settings, QuoteIdentifiers) {
    EXPECT_EQ(quote_identifier("plain"), "\"plain\"");
    EXPECT_EQ(quote_identifier("a\"; drop schema b"), "\"a\"\"; drop schema b\"");
}

}  // namespace
}  // namespace migrator::db::postgresql
