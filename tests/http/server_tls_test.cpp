#include <cerrno>
#include <functional>
#include <list>
#include <memory>

#include "core/error.hpp"
#include "fake_spool.hpp"
#include "tls_site.hpp"

using namespace migrator::http;
using namespace migrator::http::test;
using migrator::Error;
using migrator::ErrorKind;
using migrator::test::make_certificate;

namespace {

/// Has begun a handshake and stops in the middle: a ClientHello without its end.
Client half_open(std::uint16_t port) {
    Client client(port);
    client.send(std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11));
    return client;
}

/// By a close in good order, or a reset; what came before is dropped.
bool is_closed(Client& client) try {
    client.read_to_end();
    return true;
} catch (const std::runtime_error&) {
    return errno == ECONNRESET;
}

std::string wrong_start(const Options& options, const Router& router) {
    try {
        const Server server(options, router);
        return "no error";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Configuration);
        return error.what();
    }
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

class Tls : public TlsSite {};

TEST_F(Tls, SpeaksTls12And13) {
    const RunningServer server(tls_options(), router);
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        TlsClient client(server.port(), {.lowest = version, .highest = version});
        SCOPED_TRACE(client.version());
        EXPECT_EQ(client.version(), version == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3");
        EXPECT_EQ(client.protocol(), "http/1.1");
        EXPECT_EQ(client.server_name(), "DNS:first.example");
        EXPECT_EQ(client.ask(request("GET", "/hello")).body, "hi");
        EXPECT_EQ(client.ask(request("GET", "/who")).body, "nobody");
        EXPECT_FALSE(client.resumable());
    }
}

TEST_F(Tls, RefusesOldVersionsWeakCiphersAndOtherProtocols) {
    const RunningServer server(tls_options(), router);
    const struct {
        const char* name;
        TlsForm form;
        const char* problem;
    } cases[] = {
        {"TLS 1.1", {.lowest = TLS1_VERSION, .highest = TLS1_1_VERSION}, "protocol version"},
        {"CBC",
         {.highest = TLS1_2_VERSION, .ciphers = "ECDHE-ECDSA-AES128-SHA"},
         "handshake failure"},
        {"no forward secrecy",
         {.highest = TLS1_2_VERSION, .ciphers = "AES128-GCM-SHA256"},
         "handshake failure"},
        {"HTTP/2 only", {.protocols = std::string("\x02h2")}, "no application protocol"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        TlsClient client(c.form);
        client.connect(server.port());
        EXPECT_FALSE(client.shake_hands());
        EXPECT_TRUE(contains(client.problem(), c.problem)) << client.problem();
    }
    TlsClient either(server.port(), {.protocols = std::string("\x02h2\x08http/1.1")});
    EXPECT_EQ(either.protocol(), "http/1.1");
    TlsClient none(server.port(), {.protocols = ""});
    EXPECT_EQ(none.ask(request("GET", "/hello")).body, "hi");
}

TEST_F(Tls, NeverRenegotiates) {
    const RunningServer server(tls_options(), router);
    TlsClient client(server.port(), {.highest = TLS1_2_VERSION});
    EXPECT_EQ(client.ask(request("GET", "/hello")).body, "hi");
    EXPECT_FALSE(client.renegotiate());
}

TEST_F(Tls, TakesNewKeysInTheMiddle) {
    const RunningServer server(tls_options(), router);
    TlsClient client(server.port());
    for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(client.renew_keys());
        EXPECT_EQ(client.ask(request("GET", "/hello")).body, "hi");
    }
}

TEST_F(Tls, ServesManyRequestsWithLargeBodiesOnOneConnection) {
    const RunningServer server(tls_options(), router);
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        TlsClient client(server.port(), {.lowest = version, .highest = version});
        for (const std::size_t size : {0UL, 1UL, 16'384UL, 100'000UL, 1'048'576UL, 3UL}) {
            const std::string body = FakeSpool::text(size);
            EXPECT_EQ(client.ask(post("/echo", body)).body, body) << size;
        }
        std::string all;
        for (int i = 0; i < 100; ++i) all += post("/echo", std::to_string(i));
        client.send(all);
        for (int i = 0; i < 100; ++i) EXPECT_EQ(client.read().body, std::to_string(i));
    }
}

TEST_F(Tls, RefusesABodyThatIsTooLargeAndSaysSo) {
    const RunningServer server(tls_options(), router);
    TlsClient client(server.port());
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n");
    EXPECT_EQ(client.read().status, 413);
    EXPECT_EQ(client.read_to_end(), "");
    EXPECT_TRUE(client.was_told_the_end());
}

TEST_F(Tls, SendsSpooledAnswersAndServesOthersMeanwhile) {
    FakeSpool::Watch watch;
    static constexpr std::size_t kSize = 50'000'000;
    router.add("GET", "/large", Lane::Work, [&watch](const Request&) {
        Response answer = text("<");
        answer.spooled = std::make_shared<FakeSpool>(kSize, watch, kSize);
        answer.tail = ">";
        return answer;
    });
    const RunningServer server(tls_options(), router);
    TlsClient large(server.port());
    large.send(request("GET", "/large"));
    TlsClient other(server.port());
    EXPECT_EQ(other.ask(request("GET", "/hello")).body, "hi");
    const Answer answer = large.read();
    EXPECT_EQ(answer.body.size(), kSize + 2);
    EXPECT_EQ(std::string_view(answer.body).substr(1, kSize), FakeSpool::text(kSize));
    EXPECT_EQ(large.ask(request("GET", "/hello")).body, "hi");
}

TEST_F(Tls, TellsAPlainHttpClientWhatThisPortSpeaks) {
    const RunningServer server(tls_options(), router);
    Client client(server.port());
    client.send(request("GET", "/hello"));
    const std::string answer = client.read_to_end();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ")) << answer;
    EXPECT_TRUE(contains(answer, "HTTPS")) << answer;
}

TEST_F(Tls, ClosesOnBytesThatAreNoTls) {
    const RunningServer server(tls_options(), router);
    for (const std::string& bytes :
         {std::string("\0\0\0\0\0\0\0\0", 8),
          std::string(1000, 'x'),
          std::string("SSH-2.0-x\r\n")}) {
        Client client(server.port());
        client.send(bytes);
        EXPECT_TRUE(is_closed(client));
    }
    EXPECT_EQ(TlsClient(server.port()).ask(request("GET", "/hello")).body, "hi");
}

TEST_F(Tls, CutsASlowHandshake) {
    Options brief = tls_options();
    brief.tls.handshake_timeout = std::chrono::milliseconds(50);
    const RunningServer server(brief, router);
    Client silent(server.port());
    Client slow = half_open(server.port());
    EXPECT_TRUE(is_closed(silent));
    EXPECT_TRUE(is_closed(slow));
}

TEST_F(Tls, ServesOthersBesideHalfOpenHandshakes) {
    const RunningServer server(tls_options(), router);
    std::list<Client> half_open_ones;
    for (int i = 0; i < 100; ++i) half_open_ones.push_back(half_open(server.port()));
    TlsClient good(server.port());
    EXPECT_EQ(good.ask(request("GET", "/hello")).body, "hi");
    EXPECT_FALSE(half_open_ones.front().readable());
}

TEST_F(Tls, CutsTheOldestHandshakesWhenThereAreTooMany) {
    Options few = tls_options();
    few.tls.max_handshakes = 10;
    const RunningServer server(few, router);
    std::list<Client> half_open_ones;
    for (int i = 0; i < 30; ++i) half_open_ones.push_back(half_open(server.port()));
    EXPECT_TRUE(is_closed(half_open_ones.front()));
    for (int i = 0; i < 20; ++i) {
        TlsClient good(server.port());
        EXPECT_EQ(good.ask(request("GET", "/hello")).body, "hi");
    }
}

TEST_F(Tls, CutsARequestThatIsSlowAndSaysSo) {
    Options brief = tls_options();
    brief.read_timeout = std::chrono::milliseconds(50);
    const RunningServer server(brief, router);
    TlsClient client(server.port());
    client.send("GET /hello HTTP/1.1\r\nHo");
    EXPECT_EQ(client.read().status, 408);
    EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(Tls, GivesUpAClientThatStopsReading) {
    FakeSpool::Watch watch;
    static constexpr std::size_t kSize = 1'000'000'000;
    router.add("GET", "/large", Lane::Work, [&watch](const Request&) {
        Response answer = text("<");
        answer.spooled = std::make_shared<FakeSpool>(kSize, watch, kSize);
        return answer;
    });
    Options brief = tls_options();
    brief.write_timeout = std::chrono::milliseconds(50);
    const RunningServer server(brief, router);
    TlsClient client(server.port());
    client.send(request("GET", "/large"));
    watch.gone.wait();
}

TEST_F(Tls, EndsAtShutdownWithWhatIsInWork) {
    Event begun;
    Event release;
    router.add("GET", "/work", Lane::Work, [&](const Request&) {
        begun.set();
        release.wait();
        return text("done");
    });
    RunningServer server(tls_options(), router);
    TlsClient idle(server.port());
    EXPECT_EQ(idle.ask(request("GET", "/hello")).body, "hi");
    Client silent(server.port());
    Client slow = half_open(server.port());
    TlsClient working(server.port());
    working.send(request("GET", "/work"));
    begun.wait();
    server.stop();
    EXPECT_EQ(idle.read_to_end(), "");
    EXPECT_TRUE(idle.was_told_the_end());
    EXPECT_TRUE(is_closed(silent));
    EXPECT_TRUE(is_closed(slow));
    release.set();
    EXPECT_EQ(working.read().body, "done");
    EXPECT_EQ(working.read_to_end(), "");
    EXPECT_TRUE(working.was_told_the_end());
    EXPECT_EQ(server.exit_code(), 0);
}

TEST_F(Tls, NamesTheKeyAndTheFileThatAreWrongAtStart) {
    const Certificate other = make_certificate({.name = "DNS:other.example"}, nullptr);
    write("other.key", other.key_pem());
    write("secret.key", certificate.key_pem("hunter2"));
    write("garbage", "hunter2");
    const struct {
        const char* name;
        std::function<void(TlsOptions&)> change;
        std::string message;
    } cases[] = {
        {"no certificate",
         [&](TlsOptions& tls) { tls.certificate = file("none"); },
         "tlsCertificate " + file("none") + ": no such file or directory"},
        {"no PEM",
         [&](TlsOptions& tls) { tls.certificate = file("garbage"); },
         "tlsCertificate " + file("garbage") + ": no PEM certificate chain"},
        {"no key",
         [&](TlsOptions& tls) { tls.key = file("none"); },
         "tlsKey " + file("none") + ": no such file or directory"},
        {"key is no PEM",
         [&](TlsOptions& tls) { tls.key = file("garbage"); },
         "tlsKey " + file("garbage") + ": no PEM private key"},
        {"certificate for a key",
         [&](TlsOptions& tls) { tls.key = file("server.pem"); },
         "tlsKey " + file("server.pem") + ": no PEM private key"},
        {"key of another",
         [&](TlsOptions& tls) { tls.key = file("other.key"); },
         "tlsKey " + file("other.key") + ": the key does not belong to the certificate in " +
             file("server.pem")},
        {"encrypted key",
         [&](TlsOptions& tls) { tls.key = file("secret.key"); },
         "tlsKey " + file("secret.key") + ": the key is encrypted"},
        {"directory",
         [&](TlsOptions& tls) { tls.certificate = directory.path().string(); },
         "tlsCertificate " + directory.path().string() + ": "},
        {"no authority",
         [&](TlsOptions& tls) { tls.client_ca = file("none"); },
         "tlsClientCa " + file("none") + ": no such file or directory"},
        {"authority is no PEM",
         [&](TlsOptions& tls) { tls.client_ca = file("garbage"); },
         "tlsClientCa " + file("garbage") + ": no PEM certificates"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        Options wrong = tls_options();
        c.change(wrong.tls);
        const std::string message = wrong_start(wrong, router);
        EXPECT_TRUE(message.starts_with(c.message)) << message;
        EXPECT_FALSE(contains(message, "hunter2")) << message;
    }
}

TEST_F(Tls, WarnsOfAKeyThatOthersCanReadAndOfACertificateThatHasExpired) {
    {
        LogLines lines;
        const RunningServer server(tls_options(), router);
        EXPECT_TRUE(lines.has("listening on https://127.0.0.1:"));
        EXPECT_FALSE(lines.has("tlsKey"));
        EXPECT_FALSE(lines.has("expired"));
    }
    std::filesystem::permissions(file("server.key"), std::filesystem::perms(0644));
    {
        LogLines lines;
        const RunningServer server(tls_options(), router);
        EXPECT_TRUE(lines.has("tlsKey " + file("server.key")));
        EXPECT_TRUE(lines.has("0644"));
    }
    const Certificate old = make_certificate({.name = "DNS:old", .valid_for = -60}, nullptr);
    write("server.pem", old.pem());
    write("server.key", old.key_pem());
    LogLines lines;
    const RunningServer server(tls_options(), router);
    EXPECT_TRUE(lines.has("the certificate has expired"));
}
