#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace migrator::api {

/// What a client asks for: the query of a URL, `state=failed&search=a%20b`. Keys and values are
/// percent-decoded, `+` is a blank. All functions throw InvalidRequest with the name of the key.
class Query {
public:
    /// `query` is as it was sent, without '?'. Throws InvalidRequest when a `%` is followed by
    /// anything but two hexadecimal digits.
    explicit Query(std::string_view query);
    /// The same of the arguments of a GraphQL field; those that are null are not there.
    explicit Query(const boost::json::object& arguments);

    bool has(std::string_view key) const { return find(key) != nullptr; }
    bool has_any(std::initializer_list<std::string_view> keys) const;
    /// The last value of the key; nothing when it is not there.
    std::optional<std::string> text(std::string_view key) const;
    /// Throws when it is missing or empty.
    std::string required(std::string_view key) const;
    /// Each value of the key, split at its commas, without empty parts.
    std::vector<std::string> list(std::string_view key) const;
    /// "true" or "false"; `otherwise` when it is not there.
    bool flag(std::string_view key, bool otherwise = false) const;
    /// From `least` to `most`; `otherwise` when it is not there.
    std::size_t number(
        std::string_view key, std::size_t least, std::size_t most, std::size_t otherwise
    ) const;

private:
    const std::string* find(std::string_view key) const;

    std::vector<std::pair<std::string, std::string>> pairs_;
};

}  // namespace migrator::api
