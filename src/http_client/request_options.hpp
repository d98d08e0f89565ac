#pragma once

#include <curl/curl.h>

#include <chrono>
#include <memory>
#include <string>

#include "core/freed_by.hpp"
#include "http_client/http_client.hpp"
#include "http_client/url.hpp"

namespace migrator::http_client {

/// What curl takes and frees as a list.
class HeaderList {
public:
    void add(const std::string& line);
    curl_slist* get() const { return list_.get(); }

private:
    std::unique_ptr<curl_slist, FreedBy<curl_slist_free_all>> list_;
};

/// No part of a request may end up as another part of it: throws InvalidRequest.
void check(const Request& request);

HeaderList headers_of(const Request& request);

/// Tells curl of a request that `check` lets through. `request`, `url` and `headers` have to stay
/// where they are until the transfer has ended. Throws Internal.
void set_options(
    CURL* curl,
    const Request& request,
    const Url& url,
    const HeaderList& headers,
    const Limits& limits
);

/// At least one: 0 would be no limit.
long in_milliseconds(std::chrono::milliseconds limit);

}  // namespace migrator::http_client
