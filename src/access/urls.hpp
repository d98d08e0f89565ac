#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace migrator::access {

/// Whether keys may be fetched from `url`: https, or http of this machine itself.
bool is_safe_url(const std::string& url);

/// The same, without query, fragment, user and white space.
bool is_issuer_url(const std::string& url);

/// Whether it is a host of this machine, where no proxy stands between.
bool is_loopback_url(const std::string& url);

struct Fetch {
    std::string url;
    std::string ca_file;        ///< empty: the system's roots
    std::string authorization;  ///< header to send; empty: none
};

struct Fetched {
    std::string body;
    std::string cache_control;  ///< empty when the answer had none
};

/// The body of an answer with status 200, at most 256 KiB, within `timeout`. Redirects are not
/// followed. Throws Unavailable, whose text names the origin only.
Fetched fetch(const Fetch& what, std::chrono::milliseconds timeout);

}  // namespace migrator::access
