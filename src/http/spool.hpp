#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "http/options.hpp"

namespace migrator::http {

/// The body of an answer of any size: in memory first, then in an unlinked file. One thread at a
/// time. Give back what it takes by letting it go.
class Spool {
public:
    virtual ~Spool() = default;

    /// Throws Busy when all answers together need more than `total_bytes`, Unavailable that names
    /// the directory when the disk is full or the file can't be made.
    virtual void append(std::string_view text) = 0;
    virtual std::size_t size() const = 0;
    /// Forgets all but the first `size` bytes.
    virtual void cut(std::size_t size) = 0;
    /// Reads up to `length` bytes from `offset` on; fewer only at the end. Throws Unavailable.
    virtual std::size_t read(std::size_t offset, char* bytes, std::size_t length) = 0;
};

/// The room that all answers share. Safe for all threads; lives longer than its spools.
class SpoolSpace {
public:
    explicit SpoolSpace(SpoolOptions options);
    ~SpoolSpace();
    SpoolSpace(const SpoolSpace&) = delete;
    SpoolSpace& operator=(const SpoolSpace&) = delete;

    std::shared_ptr<Spool> open();
    /// In files at this moment, for a gauge.
    std::size_t bytes_in_files() const;

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace migrator::http
