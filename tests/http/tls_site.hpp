#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "http/server.hpp"
#include "running_server.hpp"
#include "support/certificate.hpp"
#include "support/temp_dir.hpp"
#include "tls_client.hpp"

namespace migrator::http::test {

/// Files for TLS, and routes: GET /hello, POST /echo, GET /who (the client's certificate).
class TlsSite : public ::testing::Test {
protected:
    using Certificate = migrator::test::Certificate;

    TlsSite() {
        write("server.pem", certificate.pem());
        write("server.key", certificate.key_pem());
        write("ca.pem", ca.pem());
        router.add("GET", "/hello", Lane::Quick, [](const Request&) { return text("hi"); });
        router.add("POST", "/echo", Lane::Work, [](const Request& request) {
            return text(request.body);
        });
        router.add("GET", "/who", Lane::Quick, [](const Request& request) {
            if (!request.certificate) return text("nobody");
            std::string answer = request.certificate->subject;
            for (const auto* names :
                 {&request.certificate->dns,
                  &request.certificate->uri,
                  &request.certificate->email}) {
                for (const std::string& name : *names) answer += " " + name;
            }
            return text(answer);
        });
    }

    std::string file(const std::string& name) const { return (directory.path() / name).string(); }
    /// Readable for the owner alone. A new file each time, as `mv` and Kubernetes make it.
    void write(const std::string& name, const std::string& text) const {
        const std::string fresh = file(name + ".new");
        std::ofstream(fresh) << text;
        std::filesystem::permissions(fresh, std::filesystem::perms::owner_read);
        std::filesystem::rename(fresh, file(name));
    }

    /// With TLS; looks for changed files at every connection.
    Options tls_options() const {
        Options with = options();
        with.tls.certificate = file("server.pem");
        with.tls.key = file("server.key");
        with.tls.recheck = std::chrono::milliseconds(0);
        return with;
    }
    Options client_certificate_options(ClientCertificates which) const {
        Options with = tls_options();
        with.tls.client_ca = file("ca.pem");
        with.tls.client_certificates = which;
        return with;
    }

    static std::string post(const std::string& path, const std::string& body) {
        return "POST " + path +
               " HTTP/1.1\r\nHost: test\r\nContent-Length: " + std::to_string(body.size()) +
               "\r\n\r\n" + body;
    }

    const migrator::test::TempDir directory;
    const Certificate ca = migrator::test::make_certificate({.name = "CA:ours"}, nullptr);
    const Certificate certificate =
        migrator::test::make_certificate({.name = "DNS:first.example"}, nullptr);
    Router router;
};

}  // namespace migrator::http::test
