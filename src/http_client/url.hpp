#pragma once

#include <curl/curl.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/freed_by.hpp"

namespace migrator::http_client {

/// An http or https URL as curl reads it, so that what is checked is what is asked.
class Url {
public:
    /// Nothing for what is no such URL, or has white space or control characters in it.
    static std::optional<Url> parse(const std::string& text);

    /// For messages: what `origin_of` in http_client.hpp returns.
    std::string origin() const;
    /// Whether `text` shows more of the URL than its origin.
    bool is_told_by(std::string_view text) const;
    /// For CURLOPT_CURLU. Belongs to this object.
    CURLU* handle() const { return handle_.get(); }

private:
    using Handle = std::unique_ptr<CURLU, FreedBy<curl_url_cleanup>>;

    explicit Url(Handle handle) : handle_(std::move(handle)) {}
    /// Empty when the URL has none.
    std::string part(CURLUPart which, unsigned flags = 0) const;
    /// Whether the text before the path may be the beginning of a password.
    bool has_doubtful_host() const;

    Handle handle_;
};

}  // namespace migrator::http_client
