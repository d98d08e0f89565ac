#include "http_client/url.hpp"

#include <algorithm>
#include <new>

#include "http_client/http_client.hpp"

namespace migrator::http_client {

std::optional<Url> Url::parse(const std::string& text) {
    const bool is_printable = std::ranges::all_of(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte > 0x20U && byte != 0x7fU;
    });
    // curl also takes "http:/x" and "http:///x" for the host x.
    const auto host = text.find("://");
    if (!is_printable || host == std::string::npos || text[host + 3] == '/') return std::nullopt;
    Handle handle(curl_url());
    if (!handle) throw std::bad_alloc();
    if (curl_url_set(handle.get(), CURLUPART_URL, text.c_str(), CURLU_PATH_AS_IS) != CURLUE_OK)
        return std::nullopt;
    Url url(std::move(handle));
    const std::string scheme = url.part(CURLUPART_SCHEME);
    if (scheme != "http" && scheme != "https") return std::nullopt;
    return url;
}

std::string Url::part(CURLUPart which, unsigned flags) const {
    char* text = nullptr;
    if (curl_url_get(handle_.get(), which, &text, flags) != CURLUE_OK) return {};
    const std::unique_ptr<char, FreedBy<curl_free>> owner(text);
    return text;
}

bool Url::has_doubtful_host() const {
    const std::string behind =
        part(CURLUPART_PATH) + part(CURLUPART_QUERY) + part(CURLUPART_FRAGMENT);
    return behind.find('@') != std::string::npos;
}

std::string Url::origin() const {
    const std::string scheme = part(CURLUPART_SCHEME) + "://";
    if (has_doubtful_host()) return scheme + "…";
    const std::string port = part(CURLUPART_PORT, CURLU_NO_DEFAULT_PORT);
    return scheme + part(CURLUPART_HOST) + (port.empty() ? "" : ":" + port);
}

bool Url::is_told_by(std::string_view text) const {
    if (has_doubtful_host()) return true;  // curl's texts name the host
    for (const auto which :
         {CURLUPART_PATH,
          CURLUPART_QUERY,
          CURLUPART_FRAGMENT,
          CURLUPART_USER,
          CURLUPART_PASSWORD}) {
        for (const unsigned flags : {0U, static_cast<unsigned>(CURLU_URLDECODE)}) {
            const std::string secret = part(which, flags);
            if (secret.empty() || secret == "/") continue;
            if (text.find(secret) != std::string_view::npos) return true;
        }
    }
    return false;
}

std::string origin_of(const std::string& url) {
    const auto parsed = Url::parse(url);
    return parsed ? parsed->origin() : "(not a URL)";
}

}  // namespace migrator::http_client
