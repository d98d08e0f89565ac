#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http_client/transport.hpp"

namespace migrator::loader::test {

/// What can become of an answer of S3 on its way. It may throw, as the transport does.
struct S3Fault {
    std::string name;
    std::function<void(http_client::Response& answer)> strike;
};

inline http_client::Response refusal(int status, const std::string& code) {
    return {
        status,
        {{"x-amz-request-id", "REQ1"}},
        code.empty() ? "" : "<Error><Code>" + code + "</Code><Message>no</Message></Error>"};
}

inline void replace_in(std::string& text, std::string_view part, std::string_view by) {
    if (const auto at = text.find(part); at != std::string::npos) text.replace(at, part.size(), by);
}

inline bool is_list(const http_client::Response& answer) {
    return answer.body.find("<ListBucketResult") != std::string::npos;
}

inline std::vector<S3Fault> s3_faults() {
    using http_client::Response;
    using http_client::TransportFailure;
    std::vector<S3Fault> faults;
    for (const auto& [status, code] : std::vector<std::pair<int, std::string>>{
             {200, "InternalError"},
             {200, ""},
             {204, ""},
             {301, "PermanentRedirect"},
             {307, "TemporaryRedirect"},
             {400, "AuthorizationHeaderMalformed"},
             {400, "ExpiredToken"},
             {400, "RequestTimeout"},
             {403, ""},
             {403, "AccessDenied"},
             {403, "InvalidAccessKeyId"},
             {403, "InvalidObjectState"},
             {403, "RequestTimeTooSkewed"},
             {403, "SignatureDoesNotMatch"},
             {404, ""},
             {404, "NoSuchBucket"},
             {404, "NoSuchKey"},
             {405, "MethodNotAllowed"},
             {412, "PreconditionFailed"},
             {416, "InvalidRange"},
             {429, ""},
             {500, "InternalError"},
             {502, ""},
             {503, "SlowDown"}}) {
        faults.push_back({std::to_string(status) + " " + code, [status, code](Response& answer) {
                              answer = refusal(status, code);
                          }});
    }
    for (const TransportFailure failure :
         {TransportFailure::Resolve,
          TransportFailure::Connect,
          TransportFailure::Timeout,
          TransportFailure::Interrupted,
          TransportFailure::Certificate,
          TransportFailure::TooLarge,
          TransportFailure::Other}) {
        faults.push_back(
            {"transport " + std::to_string(static_cast<int>(failure)),
             [failure](Response&) {
                 throw http_client::TransportError(failure, "GET s3: no answer");
             }}
        );
    }
    for (std::size_t part = 1; part < 16; ++part) {
        faults.push_back({"cut at " + std::to_string(part) + "/16", [part](Response& answer) {
                              answer.body.resize(answer.body.size() * part / 16);
                          }});
    }
    faults.push_back({"the last byte is lost", [](Response& answer) {
                          if (!answer.body.empty()) answer.body.pop_back();
                      }});
    faults.push_back({"the first part only", [](Response& answer) {
                          answer.status = 206;
                          answer.body.resize(answer.body.size() / 2);
                      }});
    faults.push_back({"a page of a proxy", [](Response& answer) {
                          answer = {200, {}, "<html><body>Log in</body></html>"};
                      }});
    faults.push_back({"another version of the same length", [](Response& answer) {
                          if (is_list(answer)) return;
                          std::ranges::fill(answer.body, 'z');
                          std::erase_if(answer.headers, [](const auto& header) {
                              return header.first == "etag";
                          });
                          answer.headers.emplace_back("etag", "\"another\"");
                      }});
    for (const auto& [part, by] : std::vector<std::pair<std::string, std::string>>{
             {"<IsTruncated>true</IsTruncated>", ""},
             {"<IsTruncated>false</IsTruncated>", ""},
             {"<IsTruncated>true</IsTruncated>", "<IsTruncated>false</IsTruncated>"},
             {"<IsTruncated>false</IsTruncated>", "<IsTruncated>true</IsTruncated>"},
             {"<NextContinuationToken>", "<Nothing>"},
             {"<Key>", "<Nothing>"},
             {"<Key>ref/", "<Key>other/"},
             {"<Size>", "<Size>1"},
             {"<Size>", "<Size>-"}}) {
        faults.push_back({part + " becomes " + by, [part, by](Response& answer) {
                              if (!is_list(answer)) return;
                              replace_in(answer.body, part, by);
                              const auto open = by.substr(0, by.find('>') + 1);
                              if (open == "<Nothing>") {
                                  replace_in(answer.body, "</" + part.substr(1), "</Nothing>");
                              }
                          }});
    }
    faults.push_back({"an object is lost from the list", [](Response& answer) {
                          const auto begin = answer.body.find("<Contents>");
                          const auto end = answer.body.find("</Contents>");
                          if (begin == std::string::npos || end == std::string::npos) return;
                          answer.body.erase(begin, end + 11 - begin);
                      }});
    faults.push_back({"an object is listed twice", [](Response& answer) {
                          const auto begin = answer.body.find("<Contents>");
                          const auto end = answer.body.find("</Contents>");
                          if (begin == std::string::npos || end == std::string::npos) return;
                          answer.body.insert(begin, answer.body.substr(begin, end + 11 - begin));
                      }});
    return faults;
}

}  // namespace migrator::loader::test
