// Ways to the server: TLS, sockets, users.
#include "mysql/proxy_without_tls.hpp"
#include "mysql/test_server.hpp"

namespace migrator::db::mysql::test {
namespace {

class MariadbConnection : public MariadbTest {
protected:
    void SetUp() override {
        MariadbTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        ca_ = environment("MIGRATOR_TEST_MARIADB_CA");
        socket_ = environment("MIGRATOR_TEST_MARIADB_SOCKET");
        if (ca_.empty() || socket_.empty()) {
            GTEST_SKIP() << "MIGRATOR_TEST_MARIADB_CA or MIGRATOR_TEST_MARIADB_SOCKET is not set";
        }
    }
    static std::string encoded(const std::string& path) {
        std::string text;
        for (const char c : path) text += c == '/' ? "%2F" : std::string(1, c);
        return text;
    }
    static std::string cipher(Session& session) {
        std::string cipher;
        session.query("show session status like 'Ssl_cipher'", {}, [&](const sql::Row& row) {
            cipher = row.at(1).value_or("");
        });
        return cipher;
    }
    std::string refused(const std::string& data_source) {
        return message_of([&] { server_at(data_source)->connect(); }, ErrorKind::Unavailable);
    }

    std::string ca_;
    std::string socket_;
};

TEST_F(MariadbConnection, IsEncryptedAsTheDataSourceSays) {
    const struct {
        std::string parameters;
        bool encrypted;
    } cases[] = {
        {"tls=false", false},
        {"tls=true&tlsCA=" + encoded(ca_), true},
        {"tls=skip-verify", true},
        {"tls=preferred", true},
        {"tls=true&allowFallbackToPlaintext=true&tlsCA=" + encoded(ca_), true},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.parameters);
        const auto session = server_at(with_parameters(c.parameters))->connect();
        EXPECT_EQ(!cipher(*session).empty(), c.encrypted);
    }
}

TEST_F(MariadbConnection, IsRefusedToAServerThatNobodyVouchesFor) {
    const std::string system = "/etc/ssl/certs/ca-certificates.crt";
    for (const std::string& parameters :
         {"tls=true&tlsCA=" + encoded(system),
          "tls=true&allowFallbackToPlaintext=true&tlsCA=" + encoded(system)}) {
        SCOPED_TRACE(parameters);
        const std::string text = refused(with_parameters(parameters));
        EXPECT_TRUE(has(text, "failed to connect to database: ")) << text;
    }
}

TEST_F(MariadbConnection, IsRefusedToAServerOfAnotherName) {
    std::string url = with_parameters("tls=true&tlsCA=" + encoded(ca_));
    url.replace(url.find("127.0.0.1"), 9, "127.0.0.2");
    refused(url);
}

TEST_F(MariadbConnection, FallsBackToPlainTextOnlyWhereThatIsAllowed) {
    const ProxyWithoutTls proxy(
        static_cast<std::uint16_t>(std::stoi(scalar(*admin_, "select @@port")))
    );
    const std::string url = "root:secret@tcp(127.0.0.1:" + std::to_string(proxy.port()) + ")/?tls=";
    for (const char* tls : {"false", "preferred", "skip-verify&allowFallbackToPlaintext=1"}) {
        SCOPED_TRACE(tls);
        const auto session = server_at(url + tls)->connect();
        EXPECT_EQ(cipher(*session), "");
    }
    for (const std::string& tls : {std::string("skip-verify"), "true&tlsCA=" + encoded(ca_)}) {
        SCOPED_TRACE(tls);
        EXPECT_TRUE(has(refused(url + tls), "does not support it"));
    }
}

TEST_F(MariadbConnection, GoesToThePortAlsoOnLocalhost) {
    std::string url = url_;
    url.replace(url.find("127.0.0.1"), 9, "localhost");
    const auto session = server_at(url)->connect();
    EXPECT_EQ(scalar(*session, "select @@port"), scalar(*admin_, "select @@port"));
}

TEST_F(MariadbConnection, GoesOverASocket) {
    const auto session = server_at("root:secret@unix(" + socket_ + ")/mysql?tls=true")->connect();
    EXPECT_EQ(scalar(*session, "select database()"), "mysql");
    EXPECT_TRUE(has(refused("root:secret@unix(/nowhere/socket)/"), "failed to connect"));
}

TEST_F(MariadbConnection, TakesUsersOfSeveralPlugins) {
    const struct {
        const char* how;
        const char* password;
    } cases[] = {
        {"identified by 'a@b:c/d?e&f=g%41+'", "a@b:c/d?e&f=g%41+"},
        {"identified via mysql_native_password using password('native')", "native"},
        {"identified via ed25519 using password('curve')", "curve"},
        {"", ""},
    };
    execute(*admin_, "install soname 'auth_ed25519'");
    for (const auto& c : cases) {
        SCOPED_TRACE(c.how);
        const auto session = server_at(make_user(c.how, c.password))->connect();
        EXPECT_EQ(scalar(*session, "select 1"), "1");
    }
}

TEST_F(MariadbConnection, RefusesNativePasswordsWhenToldSo) {
    const std::string url = make_user("identified by 'native'", "native");
    refused(url + "&allowNativePasswords=false");
}

TEST_F(MariadbConnection, NeverTellsThePassword) {
    const std::string url = make_user("identified by 'right'", "wrong-and-hushed");
    const std::string text = refused(url);
    EXPECT_TRUE(has(text, "failed to connect to database: Error 1045 (28000): Access denied"))
        << text;
    EXPECT_FALSE(has(text, "hushed")) << text;
}

TEST_F(MariadbConnection, TriesARenewedPassword) {
    const std::string url = make_user("identified by 'new'", "old");
    std::string renewed = url;
    renewed.replace(renewed.find(":old@"), 5, ":new@");
    Options options;
    options.driver = "mysql";
    options.data_source = url;
    int asked = 0;
    options.renewed_data_source = [&] {
        ++asked;
        return renewed;
    };
    const auto server = make_server(options);
    EXPECT_EQ(scalar(*server->connect(), "select 1"), "1");
    EXPECT_EQ(scalar(*server->connect(), "select 1"), "1");
    EXPECT_EQ(asked, 1);
}

TEST_F(MariadbConnection, FailsSoonWhenNobodyListens) {
    const std::string text = refused("root:secret@tcp(127.0.0.1:1)/?timeout=1s");
    EXPECT_TRUE(has(text, "failed to connect to database: ")) << text;
    EXPECT_FALSE(has(text, "secret")) << text;
}

}  // namespace
}  // namespace migrator::db::mysql::test
