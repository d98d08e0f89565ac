#pragma once

#include <map>
#include <string>

#include "support/small_http_server.hpp"

namespace migrator::e2e {

/// Answers as S3 does, for a bucket `bkt` in the path.
class Bucket {
public:
    std::map<std::string, std::string> objects;  ///< to be filled before the first request
    std::string url() const { return server_.url(""); }

private:
    void answer(test::ServedConnection& connection) const {
        while (true) {
            const std::string request = connection.read_request();
            if (request.empty()) return;
            const auto target = request.substr(4, request.find(' ', 4) - 4);
            const auto question = target.find('?');
            if (question == std::string::npos) {
                const auto object = objects.find(target.substr(5));
                if (object == objects.end()) {
                    connection.answer(404, "<Error><Code>NoSuchKey</Code></Error>");
                } else {
                    connection.answer(200, object->second);
                }
                continue;
            }
            std::string prefix = target.substr(target.find("prefix=") + 7);
            prefix = prefix.substr(0, prefix.find('&'));
            for (auto at = prefix.find("%2F"); at != std::string::npos; at = prefix.find("%2F")) {
                prefix.replace(at, 3, "/");
            }
            std::string body = "<ListBucketResult><IsTruncated>false</IsTruncated>";
            for (const auto& [key, contents] : objects) {
                if (!key.starts_with(prefix)) continue;
                body += "<Contents><Key>" + key + "</Key><Size>" + std::to_string(contents.size()) +
                        "</Size></Contents>";
            }
            connection.answer(200, body + "</ListBucketResult>");
        }
    }

    test::SmallHttpServer server_{
        [this](test::ServedConnection& connection) { answer(connection); }};
};

}  // namespace migrator::e2e
