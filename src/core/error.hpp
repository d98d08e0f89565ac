#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "core/secrets.hpp"

namespace migrator {

/// What the caller can do about it; nothing finer is ever acted on.
enum class ErrorKind {
    InvalidRequest,
    Unauthenticated,  ///< nobody known asks
    Forbidden,        ///< somebody known, without the role
    Configuration,
    NotFound,
    ChecksumMismatch,
    FileMoved,
    OutOfOrder,
    MissingFiles,
    Locked,
    Busy,
    MigrationFailed,
    PartlyFailed,
    Unavailable,
    Cancelled,
    Internal,
};

/// The only exception we throw on purpose. The message may be shown to a client,
/// so it never holds a credential or a data source string; values that are known to be secret are
/// hidden in it, since libraries and servers quote what they were given.
class Error : public std::runtime_error {
public:
    Error(ErrorKind kind, const std::string& message)
        : std::runtime_error(secrets::hidden(message)), kind_(kind) {}
    ErrorKind kind() const noexcept { return kind_; }

    /// What to change, where that is known: trying again or waiting does not help then. Empty: not
    /// known. For edges that show hints beside messages.
    const std::string& advice() const noexcept { return advice_; }
    void advise(std::string advice) { advice_ = std::move(advice); }
    /// The same in other words, or of another kind, with the advice.
    Error as(ErrorKind kind, const std::string& message) const {
        Error other(kind, message);
        other.advice_ = advice_;
        return other;
    }

private:
    ErrorKind kind_;
    std::string advice_;
};

/// What each edge shows for one kind of error.
struct EdgeCodes {
    ErrorKind kind;
    int http_status;                ///< REST v1
    std::string_view graphql_code;  ///< v2: `extensions.code`
    int exit_code;                  ///< command line; Cancelled is 130 after Ctrl-C instead
};

/// The row of the table in docs/architecture.md, "Errors". Every kind has one.
const EdgeCodes& edge_codes(ErrorKind kind) noexcept;

/// Runs `work`, putting `where` in front of the message of an Error that leaves it.
template <typename Work>
decltype(auto) in_context(const std::string& where, Work&& work) try {
    return std::forward<Work>(work)();
} catch (const Error& error) {
    throw error.as(error.kind(), where + ": " + error.what());
}

}  // namespace migrator
