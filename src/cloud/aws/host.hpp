#pragma once

#include <optional>
#include <string>

namespace migrator::cloud::aws {

/// The host of a URL, as curl reads it: what is checked is what is asked.
struct Host {
    bool is_https = false;
    std::string name;  ///< without brackets and port

    bool is_address(const std::string& address) const;  ///< IPv4 or IPv6, in any spelling
    bool is_loopback() const;                           ///< localhost, 127.0.0.0/8, ::1
};

/// Nothing for what is no http or https URL.
std::optional<Host> host_of(const std::string& url);

}  // namespace migrator::cloud::aws
