#pragma once

#include <cstddef>
#include <string_view>

namespace migrator::graphql {

/// Where the JSON text of `data` goes while it is made: memory, a file, whatever the caller has.
class Output {
public:
    virtual ~Output() = default;

    virtual void append(std::string_view text) = 0;
    /// Bytes so far.
    virtual std::size_t size() const = 0;
    /// Forgets what comes after the first `size` bytes: a null takes the place of a value.
    virtual void cut(std::size_t size) = 0;
};

}  // namespace migrator::graphql
