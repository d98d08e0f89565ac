#include "db/sqlserver/data_source.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace migrator::db::sqlserver {
namespace {

using std::chrono::seconds;

/// What most cases look at, as one line.
std::string shown(const DataSource& s) {
    std::string text = s.user + ":" + s.password + "@" + s.host;
    if (s.port != 0) text += ":" + std::to_string(s.port);
    if (!s.instance.empty()) text += "\\" + s.instance;
    return text + "/" + s.database;
}

TEST(DataSource, ReadsTheThreeForms) {
    const struct {
        const char* text;
        const char* shown;
    } cases[] = {
        {"sqlserver://SA:Super5ecret@127.0.0.1/"
         "?database=migrator&connection+timeout=1&dial+timeout=1",
         "SA:Super5ecret@127.0.0.1/migrator"},
        {"sqlserver://u:p@db:1444/inst?database=d", "u:p@db:1444\\inst/d"},
        {"sqlserver://u:p@db/inst/", "u:p@db\\inst/"},
        {"SqlServer://u:p@db", "u:p@db/"},
        {"sqlserver://us%40er:p%3A%2F%3F%23%40%5B%20x+y@db?Database=my+db",
         "us@er:p:/?#@[ x+y@db/my db"},
        {"sqlserver://u:p@ss@db", "u:p@ss@db/"},
        {"sqlserver://u:p@[fe80::1]:1433/", "u:p@fe80::1:1433/"},
        {"sqlserver://u:p@[::1]", "u:p@::1/"},
        {"sqlserver://db?user+id=u&password=p%2B&database=d", "u:p+@db/d"},
        {"sqlserver://u:@db", "u:@db/"},
        {"server=db;user id=u;password=p;database=d", "u:p@db/d"},
        {" Server = db ; User ID = u ; Password = p w ; Initial Catalog = d ;", "u:p w@db/d"},
        {"data source=db\\inst;uid=u;pwd=p;port=1435", "u:p@db:1435\\inst/"},
        {"addr=db;user=u;password=\"a;b\"\"c\";database='d;''e'", "u:a;b\"c@db/d;'e"},
        {"server=db;uid=u;pwd=a=b;", "u:a=b@db/"},
        {"server=db;uid=u;pwd={p}", "u:{p}@db/"},
        {"Server=tcp:x.database.windows.net,1433;Initial Catalog=d;Persist Security Info=False;"
         "User ID=u;Password=p;MultipleActiveResultSets=False;Encrypt=True;"
         "TrustServerCertificate=False;Connection Timeout=30;",
         "u:p@x.database.windows.net:1433/d"},
        {"server=.;uid=u;pwd=p", "u:p@localhost/"},
        {"server=(local)\\x;uid=u;pwd=p", "u:p@(local)\\x/"},
        {"odbc:server=db;user id=u;password={a;b}}c\"'};database=d", "u:a;b}c\"'@db/d"},
        {"ODBC:server={db};uid={u};pwd={ p };", "u: p @db/"},
        {"odbc:server=db;uid=u;pwd=\"p\"", "u:\"p\"@db/"},
        {"server=db;uid=u;pwd=x;pwd=p", "u:p@db/"},  // the last one counts
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        const DataSource source = parse_data_source(c.text);
        const std::string expected = c.shown;
        EXPECT_EQ(shown(source), expected == "u:p@(local)\\x/" ? "u:p@localhost\\x/" : expected);
    }
}

TEST(DataSource, HasTheDefaultsOfTheGoProgram) {
    const DataSource source = parse_data_source("sqlserver://u:p@db");
    EXPECT_EQ(source.encrypt, Encrypt::LoginOnly);
    EXPECT_TRUE(source.trusts_any_certificate);
    EXPECT_EQ(source.login_timeout, seconds(15));
    EXPECT_EQ(source.app_name, "migrator");
    EXPECT_EQ(source.login, Login::Password);
    EXPECT_EQ(source.port, 0);
    EXPECT_TRUE(source.ignored.empty());
}

TEST(DataSource, ReadsHowMuchIsEncrypted) {
    const struct {
        const char* parameters;
        Encrypt encrypt;
        bool trusts;
    } cases[] = {
        {"", Encrypt::LoginOnly, true},
        {"&encrypt=disable", Encrypt::Never, true},
        {"&encrypt=false", Encrypt::LoginOnly, false},
        {"&encrypt=optional", Encrypt::LoginOnly, false},
        {"&encrypt=no", Encrypt::LoginOnly, false},
        {"&encrypt=0", Encrypt::LoginOnly, false},
        {"&encrypt=f&trustservercertificate=t", Encrypt::LoginOnly, true},
        {"&encrypt=true", Encrypt::Always, false},
        {"&Encrypt=Mandatory&TrustServerCertificate=true", Encrypt::Always, true},
        {"&encrypt=yes", Encrypt::Always, false},
        {"&encrypt=1", Encrypt::Always, false},
        {"&encrypt=T", Encrypt::Always, false},
        {"&encrypt=strict&TrustServerCertificate=true", Encrypt::Strict, false},
        {"&TrustServerCertificate=false", Encrypt::LoginOnly, false},
        {"&TrustServerCertificate=1", Encrypt::LoginOnly, true},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.parameters);
        const auto source =
            parse_data_source("sqlserver://u:p@db?database=d" + std::string(c.parameters));
        EXPECT_EQ(source.encrypt, c.encrypt);
        EXPECT_EQ(source.trusts_any_certificate, c.trusts);
    }
}

TEST(DataSource, ReadsEveryParameter) {
    const DataSource source = parse_data_source(
        "server=db;uid=u;pwd=p;connection timeout=30;dial timeout=5;certificate=/ca.pem;"
        "hostNameInCertificate=x.example;tlsmin=1.2;app name=my app;Workstation ID=w;"
        "ServerSPN=MSSQLSvc/x;failoverpartner=other;keepAlive=30;multisubnetfailover=true;"
        "packet size=8192;authenticator=ntlm"
    );
    EXPECT_EQ(source.login_timeout, seconds(30));
    EXPECT_EQ(source.certificate, "/ca.pem");
    EXPECT_EQ(source.host_in_certificate, "x.example");
    EXPECT_EQ(source.tls_min, "1.2");
    EXPECT_EQ(source.app_name, "my app");
    EXPECT_EQ(source.workstation, "w");
    EXPECT_EQ(source.server_spn, "MSSQLSvc/x");
    EXPECT_EQ(source.failover_partner, "other");
    EXPECT_EQ(source.keep_alive, "30");
    EXPECT_TRUE(source.multi_subnet_failover);
    EXPECT_EQ(source.packet_size, 8192U);
    EXPECT_TRUE(source.ignored.empty());
}

TEST(DataSource, LogsInWithKerberos) {
    for (const char* text :
         {"server=db;authenticator=krb5",
          "server=db;trusted_connection=yes",
          "server=db;Integrated Security=SSPI"}) {
        EXPECT_EQ(parse_data_source(text).login, Login::Kerberos) << text;
    }
}

TEST(DataSource, ListsWhatHasNoMeaning) {
    const DataSource source = parse_data_source(
        "sqlserver://u:p@db?log=63&ApplicationIntent=ReadOnly&failoverport=1&krb5-realm=x&"
        "something+new=1&protocol=tcp"
    );
    ASSERT_EQ(source.ignored.size(), 6U);
    EXPECT_TRUE(source.ignored[0].starts_with("log"));
    EXPECT_TRUE(source.ignored[1].starts_with("applicationintent: a read-only replica"));
    EXPECT_EQ(source.ignored[4], "something new");
}

TEST(DataSource, SaysWhatIsWrongAndNoSecret) {
    const struct {
        const char* text;
        const char* part;
    } cases[] = {
        {"", "server is missing"},
        {"secret", "part 1 has no '='"},
        {"server=db;uid=u;pwd=sec;ret", "part 4 has no '='"},
        {"server=db;uid=u;pwd=\"secret", "unterminated quoted value of pwd"},
        {"server=db;uid=u;pwd=\"secret\"x", "missing ';' after the quoted value of pwd"},
        {"server=u:secret@db;uid=u", "the server contains"},
        {"odbc:server={db;pwd=secret};uid=u", "the server contains"},
        {"server=db;=secret", "part 2 has no name"},
        {"odbc:server=db;uid=u;pwd={secret", "unterminated quoted value of pwd"},
        {"postgres://u:secret@db/x", "must begin with sqlserver://"},
        {"sqlserver://u:secret@", "server is missing"},
        {"sqlserver://u:secret%4@db", "a '%' without two hexadecimal digits"},
        {"sqlserver://u:secret%zz@db", "a '%' without"},
        {"sqlserver://u:secret%00@db", "NUL byte"},
        {"sqlserver://u:se#cret@db", "'#'"},
        {"sqlserver://u:secret@[::1", "missing ']'"},
        {"sqlserver://u:secret@[::1]x", "missing ':'"},
        {"sqlserver://u:secret@db:port", "port must be an integer"},
        {"sqlserver://u:secret@db:65536", "port must be an integer from 0 to 65535"},
        {"sqlserver://db", "user id is missing"},
        {"server=db,x;uid=u;pwd=secret", "the port after the ','"},
        {"server=db;uid=u;pwd=secret;encrypt=maybe", "encrypt must be"},
        {"server=db;uid=u;pwd=secret;TrustServerCertificate=maybe", "must be true or false"},
        {"server=db;uid=u;pwd=secret;dial timeout=soon", "dial timeout must be an integer"},
        {"server=db;uid=u;pwd=secret;tlsmin=2", "tlsmin must be"},
        {"server=db;uid=u;pwd=secret;protocol=np", "protocol must be tcp"},
        {"server=db;uid=u;pwd=secret;fedauth=ActiveDirectoryMSI", "fedauth is not supported"},
        {"server=db;uid=u;pwd=secret;authenticator=winsspi", "authenticator must be"},
        {"server=db;pwd=secret;authenticator=krb5", "remove the password"},
        {"server=db;uid=u;pwd=${aws-rds-token}", "Amazon RDS tokens"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        try {
            parse_data_source(c.text);
            ADD_FAILURE() << "it was taken";
        } catch (const Error& error) {
            const std::string text = error.what();
            EXPECT_EQ(error.kind(), ErrorKind::Configuration);
            EXPECT_TRUE(text.starts_with("data source: ")) << text;
            EXPECT_NE(text.find(c.part), std::string::npos) << text;
            EXPECT_EQ(text.find("secret"), std::string::npos) << text;
        }
    }
}

}  // namespace
}  // namespace migrator::db::sqlserver
