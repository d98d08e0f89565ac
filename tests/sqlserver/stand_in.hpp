#pragma once

#include <string>
#include <vector>

#include "db/options.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"

namespace migrator::db::sqlserver::test {

/// tds_server.py, running: the real ODBC driver can connect to it.
class StandIn {
public:
    StandIn();
    /// With TLS, and a certificate for `name` that is its own authority (`certificate`).
    explicit StandIn(const std::string& name);

    /// A data source for it. `more`: further parameters, `&name=value`.
    std::string url(const std::string& more = {}) const;
    Options options(const std::string& more = {}) const;
    int port() const { return port_; }
    std::string certificate() const { return folder_.path() / "certificate.pem"; }

    /// What was asked so far: a line of JSON each.
    std::vector<std::string> requests() const;
    /// Whether any request has `text` in it, which is JSON: `\"` for a quote.
    bool was_asked(const std::string& text) const;

    /// Whether a message was just this text, of ASCII.
    bool was_sent(const std::string& text) const;

    void kill();

    static constexpr const char* kPasswordInUrl = "S3cret%3B%7B%7D%20%7Dx%C3%BC%F0%9F%94%91";

private:
    std::vector<std::string> arguments(const std::string& name) const;

    migrator::test::TempDir folder_;
    migrator::test::Process process_;
    int port_ = 0;
};

}  // namespace migrator::db::sqlserver::test
