#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <cstdlib>
#include <memory>

#include "core/freed_by.hpp"
#include "core/utf8.hpp"
#include "db/postgresql/lexis.hpp"
#include "postgresql/scanner_corpus.hpp"
#include "postgresql/scanner_generator.hpp"
#include "script/script.hpp"

/// The scanner against a real server: it has to find as many statements as the server answers.
namespace migrator::db::postgresql {
namespace {

using script::Script;
using script::Statement;
using Connection = std::unique_ptr<PGconn, FreedBy<PQfinish>>;
using Result = std::unique_ptr<PGresult, FreedBy<PQclear>>;

/// What the server made of a text.
struct Answer {
    std::size_t results = 0;  ///< before an error
    std::string sqlstate;     ///< empty: no error
    std::string message;
    std::size_t position = 0;  ///< of the error, in characters from 1; 0: none
};

class ScannerContract : public testing::Test {
protected:
    void SetUp() override {
        const char* url = std::getenv("MIGRATOR_TEST_POSTGRESQL_URL");
        const char* require = std::getenv("MIGRATOR_TEST_REQUIRE");
        const bool required =
            require != nullptr && std::string(require).find("postgresql") != std::string::npos;
        if (url == nullptr && required) FAIL() << "MIGRATOR_TEST_POSTGRESQL_URL is not set";
        if (url == nullptr) GTEST_SKIP() << "MIGRATOR_TEST_POSTGRESQL_URL is not set";
        connection_.reset(PQconnectdb(url));
        ASSERT_EQ(PQstatus(connection_.get()), CONNECTION_OK) << PQerrorMessage(connection_.get());
        PQsetNoticeProcessor(
            connection_.get(), [](void*, const char*) {}, nullptr
        );
        run("set client_encoding = 'UTF8'");
        run("create temp table copied (a text, b text)");
    }

    void run(const char* sql) {
        const Result result(PQexec(connection_.get(), sql));
        ASSERT_LT(PQresultStatus(result.get()), PGRES_BAD_RESPONSE) << sql;
    }
    void begin(bool standard_strings) {
        run("begin");
        run(standard_strings ? "set local standard_conforming_strings = on"
                             : "set local standard_conforming_strings = off");
        run("set local backslash_quote = on");
        run("set local escape_string_warning = off");
    }

    void roll_back() {
        run("rollback");
        run("deallocate all");  // prepared statements outlive a transaction
    }

    /// Sends one simple query and the data of a COPY in it.
    Answer send(const std::string& text, const std::string& data = "") {
        Answer answer;
        EXPECT_EQ(PQsendQuery(connection_.get(), text.c_str()), 1);
        while (const Result result{PQgetResult(connection_.get())}) {
            switch (PQresultStatus(result.get())) {
                case PGRES_COMMAND_OK:
                case PGRES_TUPLES_OK:
                    // A SELECT that a rule adds has rows, but no command tag of its own.
                    if (*PQcmdStatus(result.get()) != '\0') ++answer.results;
                    break;
                case PGRES_EMPTY_QUERY:
                    break;
                case PGRES_COPY_IN:
                    PQputCopyData(connection_.get(), data.data(), static_cast<int>(data.size()));
                    PQputCopyEnd(connection_.get(), nullptr);
                    break;
                default: {
                    const auto field = [&](int code) {
                        const char* value = PQresultErrorField(result.get(), code);
                        return std::string(value == nullptr ? "" : value);
                    };
                    answer.sqlstate = field(PG_DIAG_SQLSTATE);
                    answer.message = field(PG_DIAG_MESSAGE_PRIMARY);
                    const std::string position = field(PG_DIAG_STATEMENT_POSITION);
                    if (!position.empty()) answer.position = std::stoul(position);
                }
            }
        }
        return answer;
    }

    /// Compares scanner and server; whether the server took the whole script.
    bool compare(const std::string& text, bool standard_strings) {
        SCOPED_TRACE((standard_strings ? "standard: " : "escapes: ") + text);
        const Script script = script::scan(text, kPostgresqlLexis, standard_strings);
        EXPECT_EQ(script.problem, "");
        begin(standard_strings);
        const Answer answer = send(text);
        roll_back();
        if (answer.sqlstate.empty()) {
            EXPECT_EQ(script.statements.size(), answer.results);
            EXPECT_TRUE(script.sure);
            compare_one_by_one(text, script, standard_strings);
            return true;
        }
        if (answer.sqlstate == "42601") {  // nothing ran: the text could not even be parsed
            EXPECT_EQ(answer.results, 0U);
            return false;
        }
        EXPECT_LT(answer.results, script.statements.size()) << answer.message;
        if (answer.position > 0 && answer.results < script.statements.size()) {
            const Statement& failed = script.statements[answer.results];
            const std::size_t offset = utf8_offset(text, answer.position - 1);
            EXPECT_GE(offset, failed.begin) << answer.message;
            EXPECT_LT(offset, failed.end) << answer.message;
        }
        return false;
    }

    void compare_one_by_one(const std::string& text, const Script& script, bool standard_strings) {
        begin(standard_strings);
        for (const Statement& statement : script.statements) {
            const auto one = text.substr(statement.begin, statement.end - statement.begin);
            const Answer answer = send(one);
            EXPECT_EQ(answer.message, "") << one;
            EXPECT_EQ(answer.results, 1U) << one;
        }
        roll_back();
    }

    std::string copied() {
        const Result result(PQexec(
            connection_.get(),
            "select coalesce(string_agg(a || '=' || b, ',' order by a), '') from copied"
        ));
        return PQgetvalue(result.get(), 0, 0);
    }

    Connection connection_;
};

TEST_F(ScannerContract, FindsTheStatementsOfTheCorpus) {
    std::size_t taken = 0;
    const auto corpus = test::scanner_corpus();
    for (const auto& script : corpus)
        taken += compare(script.text, script.standard_strings) ? 1 : 0;
    // Most of it has to run, or the comparison says little.
    EXPECT_GT(taken, corpus.size() * 8 / 10) << "of " << corpus.size();
}

TEST_F(ScannerContract, FindsTheStatementsOfGeneratedScripts) {
    constexpr unsigned kScripts = 400;
    for (const bool standard_strings : {true, false}) {
        test::ScriptGenerator generator(standard_strings ? 7 : 11, standard_strings);
        std::size_t taken = 0;
        for (unsigned i = 0; i < kScripts && !HasFailure(); ++i) {
            taken += compare(generator.script(), standard_strings) ? 1 : 0;
        }
        EXPECT_GT(taken, kScripts * 8 / 10);
    }
}

TEST_F(ScannerContract, FollowsChangesOfStandardConformingStrings) {
    const struct {
        const char* text;
        std::size_t statements;
    } cases[] = {
        {"select '\\'; set standard_conforming_strings = off; select '\\';'; select 1", 4},
        {"set local standard_conforming_strings to f; select '\\'; '; reset "
         "standard_conforming_strings; select '\\'; select 2",
         5},
        {"select set_config('standard_conforming_strings', 'off', true); select '\\';'; "
         "select set_config('standard_conforming_strings', 'yes', true); select '\\'; select 1",
         5},
        {"set \"standard_conforming_strings\" = 'n'; select '\\\\';\nset "
         "Standard_Conforming_Strings = default;\nselect '\\';",
         4},
        {"set standard_conforming_strings = off; select E'a'\n'\\';'; select b'1'\n'0'; discard "
         "plans; reset all; select '\\'",
         6},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        const Script script = script::scan(c.text, kPostgresqlLexis);
        EXPECT_EQ(script.statements.size(), c.statements);
        EXPECT_NE(script.traits & script::kChangesLexing, 0U);
        EXPECT_TRUE(script.sure);
        compare_one_by_one(c.text, script, true);
    }
}

TEST_F(ScannerContract, FindsTheDataOfCopy) {
    const struct {
        const char* text;
        const char* copied;
    } cases[] = {
        {"truncate copied;\ncopy copied from stdin;\n1\ta;\n2\t'\n\\.\nselect 1;", "1=a;,2='"},
        {"truncate copied;\r\nCOPY copied (a, b) FROM STDIN;\r\n1\ta\r\n2\tb\r\n\\.\r\nselect 1;",
         "1=a,2=b"},
        {"copy copied from stdin; -- data\n1\ta\n\\.\ncopy copied from stdin csv;\n2,\";\"\n\\.\n",
         "1=a,2=;"},
        {"copy copied from stdin; copy copied from stdin (delimiter '|');\n1\ta\n\\.\n2|b\n\\.\n"
         "update copied set b = b || b",
         "1=aa,2=bb"},
        {"copy copied from stdin;\n1\ta\n2\tb", "1=a,2=b"},
        {"copy copied from stdin;\n\\.\nselect 1", ""},
        {"copy copied from stdin where a <> '2';\n1\ta\n2\tb\n\\.", "1=a"},
        {"copy copied from stdout;\n1\ta\n\\.\n", "1=a"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        const std::string text = c.text;
        const Script script = script::scan(text, kPostgresqlLexis);
        begin(true);
        for (const Statement& s : script.statements) {
            const auto data = text.substr(s.data_begin, s.data_end - s.data_begin);
            const Answer answer = send(text.substr(s.begin, s.end - s.begin), data);
            EXPECT_EQ(answer.message, "");
            EXPECT_EQ(answer.results, 1U);
        }
        EXPECT_EQ(copied(), c.copied);
        run("rollback");
    }
}

TEST_F(ScannerContract, KnowsTheStatementsThatRefuseATransaction) {
    const char* const refused[] = {
        "vacuum",
        "vacuum (analyze) pg_catalog.pg_am",
        "create database scanner_db",
        "drop database if exists scanner_db",
        "create index concurrently on pg_temp.copied (a)",
        "create unique index concurrently if not exists i on pg_temp.copied (a)",
        "drop index concurrently if exists scanner_index",
        "reindex table concurrently pg_temp.copied",
        "reindex (concurrently) table pg_temp.copied",
        "reindex (concurrently true, verbose) table pg_temp.copied",
        "reindex schema public",
        "reindex (verbose) schema public",
        "reindex database postgres",
        "reindex system postgres",
        "alter system set work_mem = '4MB'",
        "alter database postgres set tablespace pg_default",
        "create tablespace scanner_space location '/nowhere'",
        "drop tablespace if exists scanner_space",
        "cluster",
        "cluster verbose",
        "discard all",
        "alter table only pg_temp.copied detach partition pg_temp.x concurrently",
    };
    for (const char* text : refused) {
        SCOPED_TRACE(text);
        EXPECT_NE(script::scan(text, kPostgresqlLexis).traits & script::kRefusesTransaction, 0U);
        run("begin");
        EXPECT_EQ(send(text).sqlstate, "25001");
        run("rollback");
    }
    const char* const allowed[] = {
        "create temp table vacuum (a int)",
        "create index on pg_temp.copied (a)",
        "reindex (concurrently off) table pg_temp.copied",
        "reindex table pg_temp.copied",
        "alter database postgres set work_mem = '4MB'",
        "discard plans",
        "discard temp",
        "analyze pg_temp.copied",
        "checkpoint",
        "create type scanner_enum as enum ('a'); alter type scanner_enum add value 'b'",
    };
    for (const char* text : allowed) {
        SCOPED_TRACE(text);
        EXPECT_EQ(script::scan(text, kPostgresqlLexis).traits & script::kRefusesTransaction, 0U);
        run("begin");
        EXPECT_EQ(send(text).message, "");
        run("rollback");
    }
}

}  // namespace
}  // namespace migrator::db::postgresql
