#include "db/sqlserver/connection_string.hpp"

#include <gtest/gtest.h>

namespace migrator::db::sqlserver {
namespace {

const OdbcDriver kFreeTds{OdbcDriver::Kind::FreeTds, "/odbc/libtdsodbc.so"};
const OdbcDriver kMicrosoft18{OdbcDriver::Kind::Microsoft, "ODBC Driver 18 for SQL Server", 18};
const OdbcDriver kMicrosoft17{OdbcDriver::Kind::Microsoft, "ODBC Driver 17 for SQL Server", 17};

DriverSettings settings(const std::string& parameters, const OdbcDriver& driver) {
    return settings_for(parse_data_source("server=db;uid=u;pwd=p;" + parameters), driver);
}

TEST(ConnectionString, IsMadeForFreeTds) {
    const std::string begin = "Driver={/odbc/libtdsodbc.so};";
    const std::string end = "ClientCharset={UTF-8};APP={migrator};UID={u};PWD={p};";
    const struct {
        const char* parameters;
        std::string text;
    } cases[] = {
        {"", "Server={db};Port={1433};TDS_Version={7.4};Encryption={request};" + end},
        {"port=1500", "Server={db};Port={1500};TDS_Version={7.4};Encryption={request};" + end},
        {"instance=x", "Server={db\\x};TDS_Version={7.4};Encryption={request};" + end},
        {"encrypt=disable;trustservercertificate=true",
         "Server={db};Port={1433};TDS_Version={7.4};Encryption={off};" + end},
        {"encrypt=true;trustservercertificate=true",
         "Server={db};Port={1433};TDS_Version={7.4};Encryption={require};" + end},
        {"encrypt=true", "Servername={migrator};" + end},
        {"encrypt=true;database=d", "Servername={migrator};Database={d};" + end},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.parameters);
        EXPECT_EQ(settings(c.parameters, kFreeTds).connect.connection_string, begin + c.text);
    }
}

TEST(ConnectionString, HasFreeTdsLookAtCertificates) {
    EXPECT_EQ(settings("encrypt=true;trustservercertificate=true", kFreeTds).freetds_conf, "");
    EXPECT_EQ(
        settings("encrypt=true", kFreeTds).freetds_conf,
        "[migrator]\nhost = db\nport = 1433\ntds version = 7.4\nencryption = require\n"
        "ca file = system\ncheck certificate hostname = yes\n"
    );
    EXPECT_EQ(
        settings("encrypt=false;certificate=/ca.pem;instance=x", kFreeTds).freetds_conf,
        "[migrator]\nhost = db\ninstance = x\ntds version = 7.4\nencryption = request\n"
        "ca file = /ca.pem\ncheck certificate hostname = yes\n"
    );
    EXPECT_THROW(settings("encrypt=true;certificate=/a;b", kFreeTds), Error);
    EXPECT_THROW(settings("encrypt=true;certificate=/a#b", kFreeTds), Error);
}

TEST(ConnectionString, IsMadeForMicrosoft) {
    const std::string end = "APP={migrator};UID={u};PWD={p};";
    const struct {
        const char* parameters;
        const OdbcDriver& driver;
        std::string text;
    } cases[] = {
        {"",
         kMicrosoft18,
         "Driver={ODBC Driver 18 for SQL Server};Server={db};Encrypt={optional};"
         "TrustServerCertificate={yes};" +
             end},
        {"encrypt=true;port=1500;database=d;hostnameincertificate=x",
         kMicrosoft18,
         "Driver={ODBC Driver 18 for SQL Server};Server={db,1500};Database={d};"
         "Encrypt={mandatory};TrustServerCertificate={no};HostNameInCertificate={x};" +
             end},
        {"encrypt=strict",
         kMicrosoft18,
         "Driver={ODBC Driver 18 for SQL Server};Server={db};Encrypt={strict};"
         "TrustServerCertificate={no};" +
             end},
        {"encrypt=true;instance=x",
         kMicrosoft17,
         "Driver={ODBC Driver 17 for SQL Server};Server={db\\x};Encrypt={yes};"
         "TrustServerCertificate={no};" +
             end},
        {"multisubnetfailover=true;keepalive=20;failoverpartner=f",
         kMicrosoft17,
         "Driver={ODBC Driver 17 for SQL Server};Server={db};Encrypt={no};"
         "TrustServerCertificate={yes};APP={migrator};Failover_Partner={f};"
         "MultiSubnetFailover={yes};KeepAlive={20};UID={u};PWD={p};"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.parameters);
        EXPECT_EQ(settings(c.parameters, c.driver).connect.connection_string, c.text);
    }
}

TEST(ConnectionString, EscapesValues) {
    const auto password = [](const std::string& value, const OdbcDriver& driver) {
        DataSource source = parse_data_source("server=db;uid=u");
        source.password = value;
        const std::string text = settings_for(source, driver).connect.connection_string;
        return text.substr(text.find("PWD="));
    };
    EXPECT_EQ(password("a;b}c{d'\"", kMicrosoft18), "PWD={a;b}}c{d'\"};");
    EXPECT_EQ(password("}", kMicrosoft18), "PWD={}}};");
    EXPECT_EQ(password("a;b}c{d'\"", kFreeTds), "PWD={a;b}c{d'\"};");
    EXPECT_EQ(password("a}", kFreeTds), "PWD={a}};");
    EXPECT_THROW(password("a};UID=sa", kFreeTds), Error);
}

TEST(ConnectionString, RefusesWhatADriverCantDo) {
    const struct {
        const char* parameters;
        const OdbcDriver& driver;
    } cases[] = {
        {"encrypt=strict", kFreeTds},
        {"encrypt=true;hostnameincertificate=x", kFreeTds},
        {"tlsmin=1.2", kFreeTds},
        {"certificate=/ca.pem", kFreeTds},
        {"encrypt=strict", kMicrosoft17},
        {"encrypt=true;hostnameincertificate=x", kMicrosoft17},
        {"encrypt=true;certificate=/ca.pem", kMicrosoft18},
        {"tlsmin=1.3", kMicrosoft18},
        {"uid=DOMAIN\\user", kMicrosoft18},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.parameters);
        try {
            settings(c.parameters, c.driver);
            ADD_FAILURE() << "it was taken";
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::Configuration) << error.what();
            EXPECT_NE(std::string(error.what()).find("is not supported by"), std::string::npos);
        }
    }
}

TEST(ConnectionString, SaysWhatHasNoEffect) {
    EXPECT_EQ(
        settings("failoverpartner=f;multisubnetfailover=1;keepalive=1", kFreeTds).warnings.size(),
        3U
    );
    EXPECT_EQ(settings("encrypt=disable", kMicrosoft18).warnings.size(), 1U);
    EXPECT_TRUE(settings("", kFreeTds).warnings.empty());
}

TEST(Drivers, MicrosoftsNewestComesFirst) {
    using Kind = OdbcDriver::Kind;
    const std::vector<std::string> library{"/odbc/libtdsodbc.so"};
    EXPECT_EQ(
        choose_driver(
            {"FreeTDS",
             "ODBC Driver 17 for SQL Server",
             "ODBC Driver 18 for SQL Server",
             "ODBC Driver 13 for SQL Server"},
            library
        ),
        (OdbcDriver{Kind::Microsoft, "ODBC Driver 18 for SQL Server", 18})
    );
    EXPECT_EQ(
        choose_driver({"PostgreSQL Unicode", "FreeTDS"}, library),
        (OdbcDriver{Kind::FreeTds, "/odbc/libtdsodbc.so"})
    );
    EXPECT_EQ(choose_driver({}, library), (OdbcDriver{Kind::FreeTds, "/odbc/libtdsodbc.so"}));
    EXPECT_EQ(choose_driver({"FreeTDS"}, {}), (OdbcDriver{Kind::FreeTds, "FreeTDS"}));
    EXPECT_EQ(choose_driver({"PostgreSQL Unicode"}, {}), std::nullopt);
}

// Microsoft's driver waits without end for the TLS that comes first then.
TEST(ConnectionString, WatchesTheTimeToConnectWhereTheDriverDoesNot) {
    const struct {
        const char* data_source;
        std::uint16_t port;
    } cases[] = {
        {"server=db;encrypt=strict", 1433},
        {"server=db,1500;encrypt=strict", 1500},
        {"server=db\\other;encrypt=strict", 0},  // nobody knows its port
        {"server=db;encrypt=true", 0},
        {"server=db", 0},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.data_source);
        const auto settings = settings_for(
            parse_data_source(std::string(c.data_source) + ";user id=sa;password=x"), kMicrosoft18
        );
        EXPECT_EQ(settings.connect.watched_port, c.port);
    }
}

}  // namespace
}  // namespace migrator::db::sqlserver
