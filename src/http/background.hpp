#pragma once

#include <chrono>
#include <optional>

namespace migrator::http {

/// Work that goes on after the answer to its request was given (`Response::background`). Its steps
/// run on the workers of the request's lane, with the request's id in the log, one at a time; while
/// it waits no thread is held. At shutdown it counts as a request in work.
class Background {
public:
    virtual ~Background() = default;

    /// Goes on: nothing when it has ended, else how long to wait before the next call. What it
    /// throws is logged and ends it.
    virtual std::optional<std::chrono::milliseconds> advance() = 0;
};

}  // namespace migrator::http
