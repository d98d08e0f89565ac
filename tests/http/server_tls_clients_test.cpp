#include "tls_site.hpp"

using namespace migrator::http;
using namespace migrator::http::test;
using migrator::test::Certificate;
using migrator::test::make_certificate;

class ShownCertificate : public TlsSite {
protected:
    /// What GET /who answers; the alert when there is no answer.
    static std::string ask_who(std::uint16_t port, const TlsForm& form) {
        TlsClient client(form);
        client.connect(port);
        if (!client.shake_hands()) return client.problem();
        // With TLS 1.3 the client learns of a refusal with its first read.
        try {
            const Answer answer = client.ask(request("GET", "/who"));
            return answer.status == 200 ? answer.body : "no answer";
        } catch (const std::runtime_error&) {
            return client.problem();
        }
    }

    const Certificate foreign_ca_ = make_certificate({.name = "CA:theirs"}, nullptr);
    const Certificate good_ = make_certificate(
        {.name = "DNS:ci.example,URI:spiffe://example/ci,email:ci@example.com,IP:10.0.0.1",
         .common_name = "ci",
         .organization = "Ours, Inc."},
        &ca
    );
    const Certificate foreign_ = make_certificate({.name = "DNS:ci.example"}, &foreign_ca_);
    const Certificate self_signed_ = make_certificate({.name = "DNS:ci.example"}, nullptr);
    const Certificate expired_ =
        make_certificate({.name = "DNS:ci.example", .valid_for = -60}, &ca);
};

TEST_F(ShownCertificate, TellsSubjectAndNamesOfAGoodOne) {
    const RunningServer server(client_certificate_options(ClientCertificates::Required), router);
    EXPECT_EQ(
        ask_who(server.port(), {.certificate = &good_}),
        "O=Ours\\, Inc.,CN=ci "
        "ci.example spiffe://example/ci ci@example.com"
    );
}

TEST_F(ShownCertificate, IsRefusedUnlessOurAuthoritySignedItAndItsTimeIsNow) {
    const struct {
        const char* name;
        const Certificate* certificate;
        const char* alert;
    } cases[] = {
        {"foreign", &foreign_, "unknown ca"},
        {"self-signed", &self_signed_, "unknown ca"},
        {"expired", &expired_, "certificate expired"},
    };
    for (const auto which : {ClientCertificates::Optional, ClientCertificates::Required}) {
        const RunningServer server(client_certificate_options(which), router);
        for (const auto& c : cases) {
            for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
                SCOPED_TRACE(std::string(c.name) + (version == TLS1_2_VERSION ? " 1.2" : " 1.3"));
                LogLines lines;
                const std::string answer = ask_who(
                    server.port(),
                    {.lowest = version, .highest = version, .certificate = c.certificate}
                );
                EXPECT_NE(answer.find(c.alert), std::string::npos) << answer;
                lines.wait_for("TLS client certificate refused");
            }
        }
    }
}

TEST_F(ShownCertificate, MayBeMissingWhereItIsOptional) {
    const RunningServer optional(client_certificate_options(ClientCertificates::Optional), router);
    EXPECT_EQ(ask_who(optional.port(), {}), "nobody");
    EXPECT_TRUE(ask_who(optional.port(), {.certificate = &good_}).starts_with("O=Ours"));
    const RunningServer required(client_certificate_options(ClientCertificates::Required), router);
    EXPECT_NE(ask_who(required.port(), {}).find("certificate required"), std::string::npos);
}

TEST_F(ShownCertificate, IsNotAskedForWithoutAnAuthority) {
    const RunningServer server(tls_options(), router);
    EXPECT_EQ(ask_who(server.port(), {.certificate = &good_}), "nobody");
}

TEST_F(ShownCertificate, IsCheckedAgainstTheNewAuthorityOnceItsFileHasChanged) {
    const RunningServer server(client_certificate_options(ClientCertificates::Required), router);
    EXPECT_TRUE(ask_who(server.port(), {.certificate = &good_}).starts_with("O=Ours"));
    write("ca.pem", foreign_ca_.pem());
    EXPECT_EQ(ask_who(server.port(), {.certificate = &good_}), "tlsv1 alert unknown ca");
    EXPECT_EQ(ask_who(server.port(), {.certificate = &foreign_}), "CN=DNS:ci.example ci.example");
}
