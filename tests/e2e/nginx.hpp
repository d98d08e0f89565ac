#pragma once

#include <fcntl.h>

#include <filesystem>
#include <stdexcept>

#include "e2e/service.hpp"
#include "e2e/site.hpp"
#include "support/temp_dir.hpp"

namespace migrator::e2e {

/// nginx before a service, as a balancer that gives up when nothing comes for a second.
class Nginx {
public:
    static constexpr const char* kProgram = "/usr/sbin/nginx";
    static bool is_installed() { return std::filesystem::exists(kProgram); }

    explicit Nginx(std::uint16_t service)
        : port_(free_port()),
          process_({kProgram, "-e", "stderr", "-p", folder_.path(), "-c", write(service)}) {
        test::wait_until("nginx answers", [&] {
            try {
                return ask("GET", "/").status == 200;
            } catch (const std::runtime_error&) {
                return false;
            }
        });
    }

    Answer ask(
        const std::string& method,
        const std::string& target,
        const std::string& body = {},
        const std::string& header_lines = {}
    ) const {
        http::test::Client client(port_);
        std::string text = method + " " + target + " HTTP/1.1\r\nHost: test\r\n" + header_lines;
        if (!body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
        return client.ask(text + "\r\n" + body);
    }

private:
    /// Nobody listens there now.
    static std::uint16_t free_port() {
        const int handle = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (::bind(handle, reinterpret_cast<sockaddr*>(&address), size) != 0) {
            throw std::runtime_error("no free port");
        }
        ::getsockname(handle, reinterpret_cast<sockaddr*>(&address), &size);
        ::close(handle);
        return ntohs(address.sin_port);
    }

    std::string write(std::uint16_t service) const {
        const std::string folder = folder_.path();
        std::string temporary;
        for (const char* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
            temporary += std::string(kind) + "_temp_path " + folder + "/" + kind + ";\n";
        }
        return folder_.write(
            "nginx.conf",
            "daemon off;\nmaster_process off;\npid " + folder +
                "/pid;\nerror_log stderr;\n"
                "events {}\nhttp {\naccess_log off;\n" +
                temporary + "server {\nlisten 127.0.0.1:" + std::to_string(port_) +
                ";\nlocation / {\nproxy_pass http://127.0.0.1:" + std::to_string(service) +
                ";\nproxy_read_timeout 1s;\n}\n}\n}\n"
        );
    }

    const test::TempDir folder_;
    const std::uint16_t port_;
    test::Process process_;
};

}  // namespace migrator::e2e
