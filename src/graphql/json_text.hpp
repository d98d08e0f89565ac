#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>

#include "graphql/output.hpp"

namespace migrator::graphql {

/// Writes JSON into an Output, small pieces gathered. What the Output throws passes through and is
/// kept, since resolvers stand in between and might take it for a failure of their own.
class JsonText {
public:
    explicit JsonText(Output& output);

    void raw(std::string_view text);
    void raw(char character);
    void integer(std::int64_t value);
    /// `value` is finite.
    void number(double value);
    /// As `json_string` writes it.
    void string(std::string_view value);

    std::size_t size() const { return written_ + gathered_.size(); }
    /// Forgets what comes after the first `size` bytes.
    void cut(std::size_t size);
    /// Hands all that was gathered to the Output.
    void flush();

    /// What the Output threw; null: nothing.
    const std::exception_ptr& failure() const { return failure_; }

private:
    Output& output_;
    std::size_t written_;
    std::string gathered_;
    std::exception_ptr failure_;
};

}  // namespace migrator::graphql
