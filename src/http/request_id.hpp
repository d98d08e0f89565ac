#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "http/message.hpp"

namespace migrator::http {

/// Ids of requests. For one thread.
class RequestIds {
public:
    /// The request's `X-Request-ID` when that is 1 to 128 of A-Z a-z 0-9 '.' '_' '-'; it goes into
    /// log lines as it is. Else `now` as Unix time in nanoseconds, moved on so that no two
    /// requests get the same.
    std::string id_of(const Request& request, std::chrono::system_clock::time_point now);

private:
    std::int64_t last_ = 0;
};

}  // namespace migrator::http
