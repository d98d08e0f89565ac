#include "db/sqlserver/hints.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "db/sqlserver/dialect.hpp"
#include "db/sqlserver/script_scan.hpp"
#include "db/sqlserver/sqlserver.hpp"
#include "sqlserver/stand_in.hpp"

namespace migrator::db::sqlserver {
namespace {

ServerError error_with(std::int32_t number, const std::string& sqlstate = "42000") {
    ServerError error;
    error.message = "It failed.";
    error.number = number;
    error.sqlstate = sqlstate;
    error.line = 1;
    return error;
}

TEST(Hints, FitTheErrorsOfFiles) {
    const test::StandIn server;
    const auto session = make_server(server.options())->connect();
    const struct {
        int number;
        const char* part;
    } cases[] = {
        {105, "a quote is open"},
        {111, "a line with GO before"},
        {137, "variables end with"},
        {207, "compiles a batch as a whole"},
        {208, "order of their names"},
        {213, "name the columns"},
        {226, "migrator:no-transaction"},
        {229, "missing permission"},
        {241, "YYYYMMDD"},
        {262, "missing permission"},
        {468, "COLLATE"},
        {515, "or a default"},
        {544, "IDENTITY_INSERT"},
        {547, "in conflict with the constraint"},
        {574, "migrator:no-transaction"},
        {1088, "order of their names"},
        {1105, "make room"},
        {1205, "run migrator again"},
        {1222, "ddlLockTimeout"},
        {1505, "this key already"},
        {1776, "unique constraint"},
        {1779, "drop its constraint"},
        {1785, "ON DELETE NO ACTION"},
        {1913, "IS NULL"},
        {2627, "this key already"},
        {2628, "does not fit"},
        {2705, "COL_LENGTH"},
        {2714, "CREATE OR ALTER"},
        {2760, "create the schema"},
        {2812, "create the procedure"},
        {3701, "IF EXISTS"},
        {3726, "depend on"},
        {3906, "read-only"},
        {3930, "do not catch it"},
        {4922, "depend on"},
        {8107, "IDENTITY_INSERT"},
        {8152, "does not fit"},
        {9002, "make room"},
        {15151, "missing permission"},
    };
    static_assert(std::size(cases) >= 25);
    for (const auto& c : cases) {
        SCOPED_TRACE(c.number);
        session->begin({});
        const std::string text = "insert t raise(" + std::to_string(c.number) + ", 1)";
        const script::Script script = sqlserver::scan(text, dialect().lexis, true);
        const sql::ScriptRun run{.step = 0, .text = text, .script = &script};
        const auto failure = session->run_scripts({&run, 1});
        ASSERT_TRUE(failure);
        EXPECT_NE(failure->hint.find(c.part), std::string::npos) << failure->hint;
        session->rollback();
    }
    EXPECT_EQ(hint_for(error_with(8134)), "");  // the message says it all
}

TEST(Hints, SayOfAConnectionWhatWaitingDoesNotHelp) {
    const struct {
        ServerError error;
        const char* part;
    } cases[] = {
        {error_with(18456, "28000"), "user and password"},
        {error_with(0, "28000"), "user and password"},
        {error_with(4060), "create the database"},
        {error_with(0, "08004"), "create the database"},
        {error_with(18486), "unlock the login"},
        {error_with(18488), "password anew"},
        {error_with(40615), "firewall"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.error.number);
        EXPECT_NE(connect_hint_for(c.error).find(c.part), std::string::npos);
    }
    ServerError certificate = error_with(0, "08001");
    certificate.message = "SSL Provider: certificate verify failed";
    EXPECT_NE(connect_hint_for(certificate).find("TrustServerCertificate"), std::string::npos);
    // These pass: the server starts, or does not answer yet.
    EXPECT_EQ(connect_hint_for(error_with(17187, "08001")), "");
    EXPECT_EQ(connect_hint_for(error_with(40613, "08001")), "");
    EXPECT_EQ(connect_hint_for(error_with(0, "08001")), "");
}

TEST(Hints, GoWithARefusedLogin) {
    const test::StandIn server;
    Options options = server.options();
    options.data_source =
        "server=127.0.0.1," + std::to_string(server.port()) + ";user id=sa;password=wrong";
    try {
        make_server(options)->connect();
        FAIL() << "it connected";
    } catch (const Error& error) {
        EXPECT_EQ(error.advice(), "check user and password in dataSource");
    }
}

TEST(Hints, SendWhoMayNotWriteOurTablesToTheManual) {
    EXPECT_NE(own_sql_error(error_with(229)).advice().find("Privileges"), std::string::npos);
    EXPECT_EQ(own_sql_error(error_with(208)).advice(), "");
}

}  // namespace
}  // namespace migrator::db::sqlserver
