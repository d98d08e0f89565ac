#include "http_client/transport.hpp"
#include "sending.hpp"
#include "support/temp_dir.hpp"
#include "tls_server.hpp"

namespace migrator::http_client::test {
namespace {

/// An authority that the client trusts, and servers with certificates of all kinds.
class HttpClientTls : public HttpClient {
protected:
    HttpClientTls()
        : authority_(make_certificate({.name = "CA:right"}, nullptr)),
          ca_file_(folder_.write("ca.pem", authority_.pem()).string()) {}

    static void answer(ServedConnection& connection) {
        connection.read_request();
        connection.answer(200, "over TLS");
    }

    /// The message of the error when the server shows this certificate.
    std::string refused(const Certificate& certificate) const {
        const TlsServer server(certificate, answer);
        const std::string message = unavailable({.url = server.url("/T0KEN"), .ca_file = ca_file_});
        EXPECT_TRUE(message.starts_with("GET " + server.url("") + ": SSL")) << message;
        EXPECT_FALSE(contains(message, "T0KEN")) << message;
        return message;
    }

    migrator::test::TempDir folder_;
    Certificate authority_;
    std::string ca_file_;
};

TEST_F(HttpClientTls, TrustsACertificateOfTheRightAuthorityAndHost) {
    const Certificate certificate = make_certificate({.name = "IP:127.0.0.1"}, &authority_);
    const TlsServer server(certificate, answer);
    const Response response = send({.url = server.url(), .ca_file = ca_file_});
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "over TLS");
}

TEST_F(HttpClientTls, RefusesEveryOtherCertificate) {
    const Certificate other_authority = make_certificate({.name = "CA:other"}, nullptr);
    EXPECT_TRUE(contains(
        refused(make_certificate({.name = "DNS:other.example.com"}, &authority_)), "127.0.0.1"
    ));
    refused(make_certificate({.name = "IP:127.0.0.1"}, nullptr));
    refused(make_certificate({.name = "IP:127.0.0.1"}, &other_authority));
    EXPECT_TRUE(contains(
        refused(make_certificate({.name = "IP:127.0.0.1", .valid_for = -60}, &authority_)),
        "expired"
    ));
}

TEST_F(HttpClientTls, TrustsTheSystemsRootsOnlyWithoutAFileOfItsOwn) {
    const Certificate certificate = make_certificate({.name = "IP:127.0.0.1"}, &authority_);
    const TlsServer server(certificate, answer);
    EXPECT_TRUE(contains(unavailable({.url = server.url()}), "SSL"));
    const std::string missing = folder_.path().string() + "/missing.pem";
    EXPECT_TRUE(contains(unavailable({.url = server.url(), .ca_file = missing}), missing));
}

TEST_F(HttpClientTls, CallsAWrongCertificateByItsName) {
    const TlsServer server(make_certificate({.name = "IP:127.0.0.1"}, nullptr), answer);
    const TlsServer other(make_certificate({.name = "DNS:other.invalid"}, &authority_), answer);
    const auto transport = make_transport();
    for (const std::string& url : {server.url(), other.url()}) {
        try {
            transport->send({.url = url, .ca_file = ca_file_}, {});
            ADD_FAILURE() << "no error";
        } catch (const TransportError& error) {
            EXPECT_EQ(error.failure(), TransportFailure::Certificate) << error.what();
        }
    }
}

TEST_F(HttpClientTls, RefusesAServerThatSpeaksNoTls) {
    const SmallHttpServer server([](ServedConnection& c) { c.write("HTTP/1.1 200 OK\r\n\r\n"); });
    const std::string message = unavailable({.url = "https://" + server.host() + "/T0KEN"});
    EXPECT_TRUE(contains(message, "SSL")) << message;
}

}  // namespace
}  // namespace migrator::http_client::test
