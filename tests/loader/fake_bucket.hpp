#pragma once

#include <openssl/evp.h>

#include <array>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "aws/fake_world.hpp"
#include "cloud/aws/signature.hpp"
#include "loader/loader.hpp"

namespace migrator::loader::test {

using cloud::aws::test::FakeWorld;
using http_client::Request;
using http_client::Response;

inline std::string md5_of(std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_md5(), nullptr);
    std::string text;
    for (unsigned i = 0; i < length; ++i) {
        text += "0123456789abcdef"[digest[i] >> 4U];
        text += "0123456789abcdef"[digest[i] & 15U];
    }
    return text;
}

inline std::string percent_decoded(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            result += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
            i += 2;
        } else {
            result += text[i];
        }
    }
    return result;
}

inline Response error_answer(
    int status,
    const std::string& code,
    const std::string& message = "",
    const std::string& more = ""
) {
    return {
        status,
        {{"x-amz-request-id", "REQ1"}},
        "<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><Message>" + message +
            "</Message>" + more + "</Error>"};
}

/// A bucket `bkt` in memory, behind `world`, that pages and answers as AWS does. Thread-safe.
class FakeBucket {
public:
    explicit FakeBucket(FakeWorld& world) {
        world.environment = {
            {"AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"},
            {"AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI-secret"},
            {"AWS_REGION", "eu-west-1"},
            {"AWS_EC2_METADATA_DISABLED", "true"},
            {"HOME", "/nowhere"}};
        world.serve([this](const Request& request) { return answer(request); });
    }

    void put(const std::string& key, const std::string& contents) {
        const std::lock_guard lock(mutex_);
        objects_[key] = contents;
    }
    void remove(const std::string& key) {
        const std::lock_guard lock(mutex_);
        objects_.erase(key);
    }

    std::size_t page_size = 1000;
    bool encodes_keys = true;

    /// What the bucket says, whatever a test makes of it.
    Response answer(const Request& request) {
        const std::lock_guard lock(mutex_);
        const auto question = request.url.find('?');
        const std::string path = request.url.substr(0, question);
        if (question == std::string::npos) return get(request, key_of(path));
        std::map<std::string, std::string> query;
        std::string_view rest = std::string_view(request.url).substr(question + 1);
        while (!rest.empty()) {
            const auto pair = rest.substr(0, rest.find('&'));
            const auto equals = pair.find('=');
            query[std::string(pair.substr(0, equals))] = percent_decoded(pair.substr(equals + 1));
            rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
        }
        return list(query);
    }

    static std::string key_of(const std::string& url) {
        const auto path = url.find('/', url.find("://") + 3);
        return percent_decoded(url.substr(path + 1));
    }

private:
    Response get(const Request& request, const std::string& key) {
        const auto found = objects_.find(key);
        if (found == objects_.end()) return error_answer(404, "NoSuchKey");
        const std::string etag = "\"" + md5_of(found->second) + "\"";
        const std::string wanted = cloud::aws::test::header_of(request.headers, "if-match");
        if (!wanted.empty() && wanted != etag) return error_answer(412, "PreconditionFailed");
        return {200, {{"etag", etag}}, found->second};
    }

    Response list(const std::map<std::string, std::string>& query) {
        const std::string& prefix = query.at("prefix");
        const bool is_next = query.contains("continuation-token");
        std::string body =
            "<?xml version=\"1.0\"?>\n"
            "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
            "<Name>bkt</Name>";
        if (encodes_keys) body += "<EncodingType>url</EncodingType>";
        std::size_t count = 0;
        std::string last;
        bool is_truncated = false;
        for (auto each = is_next ? objects_.upper_bound(query.at("continuation-token").substr(2))
                                 : objects_.lower_bound(prefix);
             each != objects_.end() && each->first.starts_with(prefix);
             ++each) {
            if (count == page_size) {
                is_truncated = true;
                break;
            }
            ++count;
            last = each->first;
            body += "<Contents><Key>" + shown(last) + "</Key><ETag>&quot;" + md5_of(each->second) +
                    "&quot;</ETag><Size>" + std::to_string(each->second.size()) +
                    "</Size><StorageClass>STANDARD</StorageClass></Contents>";
        }
        body += "<KeyCount>" + std::to_string(count) + "</KeyCount>";
        if (is_truncated) body += "<NextContinuationToken>=/" + last + "</NextContinuationToken>";
        body += std::string("<IsTruncated>") + (is_truncated ? "true" : "false") +
                "</IsTruncated></ListBucketResult>";
        return {200, {}, body};
    }

    /// As AWS encodes: a space is a plus.
    std::string shown(const std::string& key) const {
        if (!encodes_keys) return key;
        std::string result = cloud::aws::encode(key, true);
        for (auto at = result.find("%20"); at != std::string::npos; at = result.find("%20")) {
            result.replace(at, 3, "+");
        }
        return result;
    }

    std::mutex mutex_;
    std::map<std::string, std::string> objects_;
};

}  // namespace migrator::loader::test
