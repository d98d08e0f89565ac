#pragma once

#include <gtest/gtest.h>

#include <string>

#include "core/error.hpp"
#include "http_client/http_client.hpp"
#include "support/small_http_server.hpp"

namespace migrator::http_client::test {

using migrator::test::RequestLog;
using migrator::test::ServedConnection;
using migrator::test::SmallHttpServer;

class HttpClient : public testing::Test {
protected:
    HttpClient() { migrator::test::forget_proxies(); }
};

inline bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// The message of the Error of this kind; a failure of the test when there is none.
inline std::string error_of(const Request& request, const Limits& limits, ErrorKind kind) {
    try {
        const Response response = send(request, limits);
        ADD_FAILURE() << "no error, but status " << response.status;
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), kind) << error.what();
        return error.what();
    }
    return "";
}

/// The same for requests that did not get there.
inline std::string unavailable(const Request& request, const Limits& limits = {}) {
    return error_of(request, limits, ErrorKind::Unavailable);
}

}  // namespace migrator::http_client::test
