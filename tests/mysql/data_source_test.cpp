#include "db/mysql/data_source.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace migrator::db::mysql {
namespace {

using std::chrono::milliseconds;

TEST(MysqlDataSource, ReadsCredentialsAddressAndDatabase) {
    const struct {
        const char* text;
        const char* user;
        const char* password;
        const char* host;
        int port;
        const char* socket;
        const char* database;
    } cases[] = {
        {"/", "", "", "127.0.0.1", 3306, "", ""},
        {"/shop", "", "", "127.0.0.1", 3306, "", "shop"},
        {"root:secret@tcp(db:3307)/app?parseTime=true", "root", "secret", "db", 3307, "", "app"},
        {"root@/app", "root", "", "127.0.0.1", 3306, "", "app"},
        {"root:@tcp/app", "root", "", "127.0.0.1", 3306, "", "app"},
        {":p@/app", "", "p", "127.0.0.1", 3306, "", "app"},
        {"u:p@(db)/", "u", "p", "db", 3306, "", ""},
        {"u:p@tcp()/", "u", "p", "127.0.0.1", 3306, "", ""},
        {"u:p@tcp(:3307)/", "u", "p", "127.0.0.1", 3307, "", ""},
        {"u:p@tcp(db:)/", "u", "p", "db", 3306, "", ""},
        {"u:p@tcp([de:ad::be])/", "u", "p", "de:ad::be", 3306, "", ""},
        {"u:p@tcp([::1]:80)/x", "u", "p", "::1", 80, "", "x"},
        {"u:p@unix(/run/m.sock)/x", "u", "p", "127.0.0.1", 3306, "/run/m.sock", "x"},
        {"u:p@unix/x", "u", "p", "127.0.0.1", 3306, "/tmp/mysql.sock", "x"},
        {"u:p@unix()/x", "u", "p", "127.0.0.1", 3306, "/tmp/mysql.sock", "x"},
        {"u:a@b:c/d?e&f=g%41+(h)@tcp(db)/x", "u", "a@b:c/d?e&f=g%41+(h)", "db", 3306, "", "x"},
        {"u:@@tcp(db)/x", "u", "@", "db", 3306, "", "x"},
        {"u::/@@tcp(db)/x", "u", ":/@", "db", 3306, "", "x"},
        {"u:p@tcp(db)/a%2Fb%20c", "u", "p", "db", 3306, "", "a/b c"},
        {"u:p@tcp(db)/a+b", "u", "p", "db", 3306, "", "a+b"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        const DataSource source = parse_data_source(c.text);
        EXPECT_EQ(source.user, c.user);
        EXPECT_EQ(source.password, c.password);
        EXPECT_EQ(source.host, c.host);
        EXPECT_EQ(source.port, c.port);
        EXPECT_EQ(source.socket, c.socket);
        EXPECT_EQ(source.database, c.database);
    }
}

DataSource with(const std::string& parameters) { return parse_data_source("/x?" + parameters); }

TEST(MysqlDataSource, HasTheDefaultsOfGosDriver) {
    const DataSource source = with("");
    EXPECT_EQ(source.tls, Tls::Off);
    EXPECT_TRUE(source.allows_native_passwords);
    EXPECT_FALSE(source.allows_cleartext_passwords);
    EXPECT_FALSE(source.allows_old_passwords);
    EXPECT_FALSE(source.allows_local_files);
    EXPECT_FALSE(source.falls_back_to_plain_text);
    EXPECT_FALSE(source.compress);
    EXPECT_FALSE(source.connect_timeout || source.read_timeout || source.write_timeout);
    EXPECT_FALSE(source.max_allowed_packet);
    EXPECT_TRUE(source.charsets.empty() && source.settings.empty() && source.ignored.empty());
}

TEST(MysqlDataSource, ReadsEachParameter) {
    EXPECT_EQ(with("timeout=1s").connect_timeout, milliseconds(1000));
    EXPECT_EQ(with("readTimeout=1m30s").read_timeout, milliseconds(90'000));
    EXPECT_EQ(with("writeTimeout=500ms").write_timeout, milliseconds(500));
    EXPECT_EQ(with("tls=true").tls, Tls::Verified);
    EXPECT_EQ(with("tls=1").tls, Tls::Verified);
    EXPECT_EQ(with("tls=False").tls, Tls::Off);
    EXPECT_EQ(with("tls=skip-verify").tls, Tls::Unverified);
    EXPECT_EQ(with("tls=preferred").tls, Tls::Preferred);
    EXPECT_EQ(with("tlsCA=%2Fetc%2Fca.pem").tls_ca, "/etc/ca.pem");
    EXPECT_EQ(
        with("charset=utf8mb4,latin1").charsets, (std::vector<std::string>{"utf8mb4", "latin1"})
    );
    EXPECT_EQ(with("collation=utf8mb4_bin").collation, "utf8mb4_bin");
    EXPECT_EQ(with("maxAllowedPacket=1048576").max_allowed_packet, 1'048'576U);
    EXPECT_FALSE(with("maxAllowedPacket=0").max_allowed_packet) << "0: what the server says";
    EXPECT_FALSE(with("allowNativePasswords=false").allows_native_passwords);
    EXPECT_TRUE(with("allowCleartextPasswords=true").allows_cleartext_passwords);
    EXPECT_TRUE(with("allowOldPasswords=TRUE").allows_old_passwords);
    EXPECT_TRUE(with("allowFallbackToPlaintext=1").falls_back_to_plain_text);
    EXPECT_TRUE(with("allowAllFiles=True").allows_local_files);
    EXPECT_TRUE(with("compress=true").compress);
    EXPECT_EQ(with("rds_host=a.b").rds_host, "a.b");
    EXPECT_EQ(with("timeout=1s&timeout=2s").connect_timeout, milliseconds(2000));
}

TEST(MysqlDataSource, TakesWhatOnlyTunesGosDriver) {
    const DataSource source = with(
        "parseTime=true&multiStatements=true&loc=US%2FPacific&clientFoundRows=true&"
        "columnsWithAlias=true&interpolateParams=true&checkConnLiveness=false&"
        "rejectReadOnly=true&timeTruncate=1s&&novalue&"
    );
    EXPECT_TRUE(source.settings.empty());
    EXPECT_TRUE(source.ignored.empty());
    EXPECT_EQ(
        with("serverPubKey=k&connectionAttributes=a:b").ignored,
        (std::vector<std::string>{"serverPubKey", "connectionAttributes"})
    );
}

TEST(MysqlDataSource, TakesOtherParametersForSystemVariables) {
    using Settings = std::vector<std::pair<std::string, std::string>>;
    EXPECT_EQ(
        with("wait_timeout=7&sql_mode=%27ANSI%2CTRADITIONAL%27&@@session.x=a+b").settings,
        (Settings{{"wait_timeout", "7"}, {"sql_mode", "'ANSI,TRADITIONAL'"}, {"@@session.x", "a b"}}
        )
    );
    EXPECT_EQ(with("TIMEOUT=7").settings.size(), 1U) << "names are case-sensitive";
}

TEST(MysqlDataSource, TellsTheRightFormToThoseWhoBringAnother) {
    const char* const others[] = {
        "mysql://root:hush@db:3306/shop",
        "MySQL://root:hush@tcp(db:3306)/shop",
        "mariadb://root:hush@db/shop",
        "mysql+pymysql://root:hush@db/shop?charset=utf8mb4",
        "jdbc:mysql://db:3306/shop?user=root&password=hush",
        "jdbc:mariadb://db/shop",
        "tidb://root:hush@db:4000/shop",
        "host=db user=root password=hush dbname=shop",
        "Server=db;Port=3306;Database=a/b;Uid=root;Pwd=hush;",
        "Driver={MariaDB};Server=db;Pwd=hush",
        "root:hush@db:3306/shop",
        "root:hush@db/shop",
        "root:hush@tcp(db:3306)",
    };
    for (const char* text : others) {
        SCOPED_TRACE(text);
        try {
            parse_data_source(text);
            ADD_FAILURE() << "no error";
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::Configuration);
            const std::string said = error.what();
            EXPECT_NE(said.find("user:password@tcp(host:3306)/database"), std::string::npos)
                << said;
            EXPECT_EQ(said.find("hush"), std::string::npos) << said;
        }
    }
    EXPECT_EQ(parse_data_source("host=x:mysql://y@tcp(db)/shop").password, "mysql://y");
}

TEST(MysqlDataSource, RefusesWhatItCantRead) {
    const struct {
        const char* text;
        const char* said;
    } cases[] = {
        {"", "missing the slash separating the database name"},
        {"root:hush@tcp(db:3306)", "missing the slash separating the database name"},
        {"root:hush@tcp(db:3306/x", "network address not terminated (missing closing brace)"},
        {"root:hush@unix(/hush/m.sock)", "network address not terminated"},
        {"u:hush@tcp(db)x/", "did you forget to escape a param value?"},
        {"u:hush@tcp(db)/x?loc=hush/Pacific", "did you forget to escape a param value?"},
        {"u:hush@tcp(db)/x?sql_mode=hush%2", "did you forget to escape a param value?"},
        {"u:hush@tcp(db)/x?sql_mode=hush%zz", "did you forget to escape a param value?"},
        {"u:hush@tcp(db)/hush%", "contains a '%'"},
        {"u:hush@pipe(hush)/x", "tcp or unix"},
        {"u:hush@tcp(db:hush)/x", "port"},
        {"root@tcp([u:hush@db]:1)/x", "the network must be tcp or unix"},
        {"root@tcp(u;hush:1)/x", "the host contains"},
        {"u:hush@tcp(db:0)/x", "port"},
        {"u:hush@tcp(db:65536)/x", "port"},
        {"u:hush@tcp(db:1x)/x", "port"},
        {"u:hush@tcp([::1)/x", "missing ']'"},
        {"u:hush@tcp([::1]hush)/x", "only :port can follow"},
        {"u:hush@tcp(::1)/x", "in brackets"},
        {"u:hush@/x?timeout=hush", "timeout must be a duration"},
        {"u:hush@/x?readTimeout=1", "readTimeout must be a duration"},
        {"u:hush@/x?tls=hush", "tls must be true, false, skip-verify or preferred"},
        {"u:hush@/x?maxAllowedPacket=hush", "maxAllowedPacket must be a number"},
        {"u:hush@/x?maxAllowedPacket=-1", "maxAllowedPacket must be a number"},
        {"u:hush@/x?allowAllFiles=hush", "allowAllFiles must be true or false"},
        {"u:hush@/x?compress=", "compress must be true or false"},
        {"u:hush@/x?charset=hush%27", "charset must be a list of names"},
        {"u:hush@/x?charset=a,,b", "charset must be a list of names"},
        {"u:hush@/x?hu-sh=1", "neither a known parameter nor a valid name of a system variable"},
        {"u:hush@/x?=1", "neither a known parameter nor a valid name of a system variable"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        try {
            parse_data_source(c.text);
            ADD_FAILURE() << "no error";
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::Configuration);
            const std::string text = error.what();
            EXPECT_TRUE(text.starts_with("dataSource: ")) << text;
            EXPECT_NE(text.find(c.said), std::string::npos) << text;
            EXPECT_EQ(text.find("hush"), std::string::npos) << text;
        }
    }
}

}  // namespace
}  // namespace migrator::db::mysql
