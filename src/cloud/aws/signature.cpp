#include "cloud/aws/signature.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cloud/aws/signature_steps.hpp"
#include "core/ascii.hpp"
#include "core/percent.hpp"
#include "core/sha256.hpp"

namespace migrator::cloud::aws {
namespace {

const std::string* header_named(const Headers& headers, const char* name) {
    const auto found = std::ranges::find_if(headers, [&](const auto& header) {
        return equal_ignoring_case(header.first, name);
    });
    return found == headers.end() ? nullptr : &found->second;
}

}  // namespace

std::string encode(std::string_view bytes, bool keep_slash) {
    return percent_encoded(bytes, keep_slash ? "/" : "");
}

http_client::Request sign(
    const Call& call, const Scope& scope, const Credentials* credentials, TimePoint now
) {
    const std::string query = canonical_query(call.query);
    const std::string path = call.path.empty() ? "/" : call.path;
    http_client::Request request{
        .method = call.method,
        .url = call.endpoint + path + (query.empty() ? "" : "?" + query),
        .headers = {{"Host", signed_host(call.endpoint)}},
        .body = call.body};
    Headers& headers = request.headers;
    headers.insert(headers.end(), call.headers.begin(), call.headers.end());
    if (credentials == nullptr) return request;

    const std::string time = amz_date(now);
    headers.emplace_back("X-Amz-Date", time);
    if (!credentials->session_token.empty()) {
        headers.emplace_back("X-Amz-Security-Token", credentials->session_token);
    }
    const std::string* given_hash = header_named(headers, "X-Amz-Content-Sha256");
    const std::string payload_hash = given_hash == nullptr ? sha256_hex(call.body) : *given_hash;
    if (scope.service == "s3" && given_hash == nullptr) {
        headers.emplace_back("X-Amz-Content-Sha256", payload_hash);
    }
    const CanonicalRequest canonical = canonical_request(
        call.method, canonical_path(path, scope.service), query, headers, payload_hash
    );
    headers.emplace_back(
        "Authorization",
        fmt::format(
            "AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={}, Signature={}",
            credentials->access_key_id,
            scope_text(time, scope),
            canonical.signed_headers,
            signature_of(canonical.text, time, scope, credentials->secret_access_key)
        )
    );
    return request;
}

std::string presign(
    const std::string& host,
    const Query& query,
    const Scope& scope,
    const Credentials& credentials,
    TimePoint now,
    std::chrono::seconds valid
) {
    const std::string time = amz_date(now);
    Query whole = query;
    whole.emplace_back("X-Amz-Algorithm", "AWS4-HMAC-SHA256");
    whole.emplace_back(
        "X-Amz-Credential", fmt::format("{}/{}", credentials.access_key_id, scope_text(time, scope))
    );
    whole.emplace_back("X-Amz-Date", time);
    whole.emplace_back("X-Amz-Expires", std::to_string(valid.count()));
    whole.emplace_back("X-Amz-SignedHeaders", "host");
    if (!credentials.session_token.empty()) {
        whole.emplace_back("X-Amz-Security-Token", credentials.session_token);
    }
    const std::string text = canonical_query(whole);
    const CanonicalRequest canonical =
        canonical_request("GET", "/", text, {{"host", host}}, sha256_hex(""));
    return text + "&X-Amz-Signature=" +
           signature_of(canonical.text, time, scope, credentials.secret_access_key);
}

}  // namespace migrator::cloud::aws
