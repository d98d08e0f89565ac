#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "http/client.hpp"
#include "support/process.hpp"

namespace migrator::e2e {

using http::test::Answer;

/// The value of a header of `answer`; empty when it has none.
inline std::string header(const Answer& answer, const std::string& name) {
    const std::size_t begin = answer.head.find("\r\n" + name + ": ");
    if (begin == std::string::npos) return {};
    const std::size_t value = begin + name.size() + 4;
    return answer.head.substr(value, answer.head.find("\r\n", value) - value);
}

/// The program as an HTTP service on a free port, killed at the end. Its configuration must not
/// name a port other than 0.
class Service {
public:
    explicit Service(
        const std::string& config_path,
        const std::map<std::string, std::string>& environment = {},
        const std::vector<std::string>& more_arguments = {}
    )
        : process_(arguments(config_path, more_arguments), environment) {
        const std::string line = process_.wait_for_line("listening on ");
        port_ = static_cast<std::uint16_t>(std::stoul(line.substr(line.rfind(':') + 1)));
    }

    std::uint16_t port() const { return port_; }
    test::Process& process() { return process_; }

    Answer ask(
        const std::string& method,
        const std::string& target,
        const std::string& body = {},
        const std::string& header_lines = {}
    ) const {
        http::test::Client client(port_);
        std::string text = method + " " + target + " HTTP/1.1\r\nHost: test\r\n" + header_lines;
        if (!body.empty() || method == "POST") {
            text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
        }
        return client.ask(text + "\r\n" + body);
    }
    Answer get(const std::string& target) const { return ask("GET", target); }
    /// With the content type that `curl -d` sends.
    Answer post(const std::string& target, const std::string& body) const {
        return ask("POST", target, body, "Content-Type: application/x-www-form-urlencoded\r\n");
    }

private:
    static std::vector<std::string> arguments(
        const std::string& config_path, const std::vector<std::string>& more
    ) {
        std::vector<std::string> all{test::migrator_binary(), "serve", "--config", config_path};
        all.insert(all.end(), more.begin(), more.end());
        return all;
    }

    test::Process process_;
    std::uint16_t port_ = 0;
};

}  // namespace migrator::e2e
