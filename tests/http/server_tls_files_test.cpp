#include "tls_site.hpp"

using namespace migrator::http;
using namespace migrator::http::test;
using migrator::test::Certificate;
using migrator::test::make_certificate;
namespace fs = std::filesystem;

class TlsReload : public TlsSite {
protected:
    const Certificate second_ = make_certificate({.name = "DNS:second.example"}, nullptr);
};

TEST_F(TlsReload, ServesTheNewCertificateToNewConnections) {
    const LogLines lines;
    const RunningServer server(tls_options(), router);
    TlsClient early(server.port());
    EXPECT_EQ(early.server_name(), "DNS:first.example");
    write("server.key", second_.key_pem());
    write("server.pem", second_.pem());
    TlsClient late(server.port());
    EXPECT_EQ(late.server_name(), "DNS:second.example");
    EXPECT_EQ(late.ask(request("GET", "/hello")).body, "hi");
    EXPECT_EQ(early.ask(request("GET", "/hello")).body, "hi");
}

TEST_F(TlsReload, FollowsALinkThatIsSwapped) {
    // As Kubernetes does it: tls.crt -> ..data/tls.crt, and ..data -> a folder for each state.
    directory.write("1/tls.crt", certificate.pem());
    directory.write("1/tls.key", certificate.key_pem());
    directory.write("2/tls.crt", second_.pem());
    directory.write("2/tls.key", second_.key_pem());
    fs::create_directory_symlink("1", file("..data"));
    fs::create_symlink("..data/tls.crt", file("tls.crt"));
    fs::create_symlink("..data/tls.key", file("tls.key"));
    Options linked = tls_options();
    linked.tls.certificate = file("tls.crt");
    linked.tls.key = file("tls.key");
    const RunningServer server(linked, router);
    EXPECT_EQ(TlsClient(server.port()).server_name(), "DNS:first.example");
    fs::create_directory_symlink("2", file("..data_tmp"));
    fs::rename(file("..data_tmp"), file("..data"));
    EXPECT_EQ(TlsClient(server.port()).server_name(), "DNS:second.example");
}

TEST_F(TlsReload, KeepsTheOldPairWhenTheNewOneIsWrongAndSaysSoOnce) {
    const struct {
        const char* name;
        std::function<void()> change;
        const char* message;
    } cases[] = {
        {"key of another",
         [this] { write("server.key", second_.key_pem()); },
         "the key does not belong to the certificate"},
        {"broken certificate", [this] { write("server.pem", "nothing"); }, "no PEM certificate"},
        {"no certificate", [this] { fs::remove(file("server.pem")); }, "no such file"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        write("server.pem", certificate.pem());
        write("server.key", certificate.key_pem());
        LogLines lines;
        const RunningServer server(tls_options(), router);
        c.change();
        for (int i = 0; i < 3; ++i) {
            TlsClient client(server.port());
            EXPECT_EQ(client.server_name(), "DNS:first.example");
            EXPECT_EQ(client.ask(request("GET", "/hello")).body, "hi");
        }
        EXPECT_EQ(lines.count(c.message), 1);
        // As soon as the pair is whole it is used.
        write("server.pem", second_.pem());
        write("server.key", second_.key_pem());
        EXPECT_EQ(TlsClient(server.port()).server_name(), "DNS:second.example");
        EXPECT_EQ(lines.count("read the changed TLS certificate: CN=DNS:second.example"), 1);
    }
}

TEST_F(TlsReload, LooksAtTheFilesOnlyNowAndThen) {
    Options rare = tls_options();
    rare.tls.recheck = std::chrono::hours(1);
    const RunningServer server(rare, router);
    write("server.pem", second_.pem());
    write("server.key", second_.key_pem());
    EXPECT_EQ(TlsClient(server.port()).server_name(), "DNS:first.example");
}
