// The service behind a certificate of its own: docs/tls.md. No database is asked.
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>

#include "e2e/examples_project.hpp"
#include "e2e/service.hpp"
#include "http/tls_client.hpp"
#include "support/certificate.hpp"

namespace migrator::e2e {
namespace {

using http::test::request;
using http::test::TlsClient;
using test::Certificate;
using test::make_certificate;

class TlsService : public ::testing::Test {
protected:
    TlsService() {
        project_.write_text("tls.crt", certificate_.pem());
        project_.write_text("tls.key", certificate_.key_pem());
        std::filesystem::permissions(file("tls.key"), std::filesystem::perms::owner_read);
    }

    std::string file(const std::string& name) const { return project_.folder() + "/" + name; }
    std::string config(const std::string& more) const {
        return project_.write_text(
            "migrator.yaml",
            project_.config_text("user=shop dbname=shop host=127.0.0.1 port=1") +
                "listenAddress: 127.0.0.1\n" + more
        );
    }
    std::string pair() const {
        return "tlsCertificate: " + file("tls.crt") + "\ntlsKey: " + file("tls.key") + "\n";
    }
    static std::uint16_t port_in(const std::string& line) {
        return static_cast<std::uint16_t>(std::stoul(line.substr(line.rfind(':') + 1)));
    }

    const ExamplesProject project_;
    const Certificate certificate_ = make_certificate({.name = "DNS:migrator.example"}, nullptr);
};

TEST_F(TlsService, AnswersOverTlsAndServesMetricsOnTheirOwnPort) {
    test::Process process(
        {test::migrator_binary(), "serve", "-c", config(pair() + "metricsPort: 0\n")}
    );
    const std::uint16_t metrics_port = port_in(process.wait_for_line("metrics on 127.0.0.1:"));
    const std::uint16_t port = port_in(process.wait_for_line("listening on https://127.0.0.1:"));
    TlsClient client(port);
    EXPECT_EQ(client.server_name(), "DNS:migrator.example");
    EXPECT_EQ(client.ask(request("GET", "/migrator/")).status, 200);
    EXPECT_EQ(client.ask(request("GET", "/metrics")).status, 404);
    http::test::Client metrics(metrics_port);
    EXPECT_EQ(metrics.ask(request("GET", "/metrics")).status, 200);
    EXPECT_EQ(metrics.ask(request("GET", "/migrator/")).status, 404);
    process.send_signal(SIGTERM);
    EXPECT_EQ(process.wait().exit_code, 0);
}

TEST_F(TlsService, DoesNotStartWithAFileThatIsMissing) {
    std::filesystem::remove(file("tls.key"));
    const auto result = test::run_migrator({"serve", "-c", config(pair())});
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_NE(
        result.err.find("tlsKey " + file("tls.key") + ": no such file or directory"),
        std::string::npos
    ) << result.err;
}

TEST_F(TlsService, IsFoundAliveByTheHealthCheckOfTheImage) {
    const std::string check = MIGRATOR_SOURCE_DIR "/deploy/container/healthcheck.sh";
    const struct {
        const char* name;
        std::string keys;
        bool with_metrics_port;
    } cases[] = {
        {"plain", "", false},
        {"TLS", pair(), false},
        {"metrics port", pair() + "tlsClientCa: " + file("tls.crt") + "\n", true},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        const std::string path = config(c.keys);
        std::map<std::string, std::string> environment;
        if (c.with_metrics_port) environment["MIGRATOR_METRICS_PORT"] = "0";
        test::Process process({test::migrator_binary(), "serve", "-c", path}, environment);
        environment["MIGRATOR_YAML"] = path;
        if (c.with_metrics_port) {
            environment["MIGRATOR_METRICS_PORT"] =
                std::to_string(port_in(process.wait_for_line("metrics on ")));
        }
        const std::uint16_t port = port_in(process.wait_for_line("listening on "));
        environment["MIGRATOR_PORT"] = std::to_string(port);
        EXPECT_EQ(test::Process({"/bin/sh", check}, environment).wait().exit_code, 0);
        process.send_signal(SIGTERM);
        process.wait();
        EXPECT_EQ(test::Process({"/bin/sh", check}, environment).wait().exit_code, 1);
    }
}

}  // namespace
}  // namespace migrator::e2e
