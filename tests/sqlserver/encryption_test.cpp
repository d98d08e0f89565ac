// What FreeTDS's driver does with the switches for TLS, against the stand-in.
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "db/sql/own_sql.hpp"
#include "db/sqlserver/sqlserver.hpp"
#include "sqlserver/stand_in.hpp"

namespace migrator::db::sqlserver {
namespace {

using test::StandIn;

/// Empty when it connected, else why not.
std::string connect(const StandIn& server, const std::string& host, const std::string& more) {
    Options options = server.options(more);
    options.data_source.replace(options.data_source.find("127.0.0.1"), 9, host);
    try {
        const auto session = make_server(options)->connect();
        EXPECT_TRUE(sql::query_bool(*session, "select 1"));
        return {};
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Unavailable) << error.what();
        return error.what();
    }
}

TEST(Encryption, VerifiesTheServerUnlessToldOtherwise) {
    const StandIn server("localhost");
    const std::string own = "&certificate=" + server.certificate();
    EXPECT_EQ(connect(server, "localhost", ""), "");  // the server insists
    EXPECT_EQ(connect(server, "localhost", "&encrypt=true&trustservercertificate=true"), "");
    EXPECT_EQ(connect(server, "localhost", "&encrypt=true" + own), "");
    const std::string refused = connect(server, "localhost", "&encrypt=true");
    EXPECT_NE(refused.find("check the certificate of the server"), std::string::npos) << refused;
    EXPECT_NE(connect(server, "localhost", "&encrypt=false"), "");
    EXPECT_EQ(connect(server, "localhost", "&encrypt=false" + own), "");
    EXPECT_EQ(connect(server, "localhost", "&encrypt=disable"), "");  // the server insists
}

TEST(Encryption, LooksAtTheNameInTheCertificate) {
    const StandIn server("db.example");
    const std::string own = "&encrypt=true&certificate=" + server.certificate();
    EXPECT_NE(connect(server, "localhost", own), "");
    EXPECT_EQ(connect(server, "localhost", "&encrypt=true&trustservercertificate=true"), "");
}

TEST(Encryption, IsInsistedOn) {
    const StandIn server;
    EXPECT_EQ(connect(server, "localhost", ""), "");
    EXPECT_EQ(connect(server, "localhost", "&encrypt=disable"), "");
    EXPECT_NE(connect(server, "localhost", "&encrypt=true&trustservercertificate=true"), "");
    EXPECT_NE(connect(server, "localhost", "&encrypt=true"), "");
}

}  // namespace
}  // namespace migrator::db::sqlserver
