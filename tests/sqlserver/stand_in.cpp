#include "sqlserver/stand_in.hpp"

#include <signal.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>

namespace migrator::db::sqlserver::test {
namespace {

constexpr const char* kPython = "/usr/bin/python3";

}  // namespace

std::vector<std::string> StandIn::arguments(const std::string& name) const {
    std::vector<std::string> arguments{
        kPython,
        std::string(MIGRATOR_SOURCE_DIR) + "/tests/sqlserver/tds_server.py",
        folder_.path() / "requests"};
    if (name.empty()) return arguments;
    const std::string key = folder_.path() / "key.pem";
    migrator::test::Process openssl(
        {"/usr/bin/openssl",
         "req",
         "-x509",
         "-newkey",
         "rsa:2048",
         "-nodes",
         "-days",
         "2",
         "-subj",
         "/CN=" + name,
         "-addext",
         "subjectAltName=DNS:" + name,
         "-keyout",
         key,
         "-out",
         certificate()}
    );
    if (openssl.wait().exit_code != 0) throw std::runtime_error("openssl failed");
    arguments.push_back(certificate());
    arguments.push_back(key);
    return arguments;
}

StandIn::StandIn() : StandIn(std::string()) {}

StandIn::StandIn(const std::string& name)
    : process_(arguments(name), {{"PYTHONDONTWRITEBYTECODE", "1"}}) {
    const std::string line = process_.wait_for_line("port ");
    port_ = std::stoi(line.substr(line.find("port ") + 5));
}

std::string StandIn::url(const std::string& more) const {
    return "sqlserver://sa:" + std::string(kPasswordInUrl) + "@127.0.0.1:" + std::to_string(port_) +
           "/?database=shop" + more;
}

Options StandIn::options(const std::string& more) const {
    Options options;
    options.driver = "sqlserver";
    options.data_source = url(more);
    options.single_schemas = {"catalog", "billing"};
    return options;
}

std::vector<std::string> StandIn::requests() const {
    std::vector<std::string> lines;
    std::ifstream file(folder_.path() / "requests");
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
}

bool StandIn::was_asked(const std::string& text) const {
    return std::ranges::any_of(requests(), [&](const std::string& line) {
        return line.find(text) != std::string::npos;
    });
}

bool StandIn::was_sent(const std::string& text) const {
    std::string json;
    for (const char c : text) {
        if (c == '"' || c == '\\') json += '\\';
        json += c == '\n' ? std::string("\\n") : std::string(1, c);
    }
    return was_asked("\"text\": \"" + json + "\"");
}

void StandIn::kill() {
    process_.send_signal(SIGKILL);
    process_.wait();
}

}  // namespace migrator::db::sqlserver::test
