#include "api/query.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "core/error.hpp"
#include "core/number.hpp"
#include "core/percent.hpp"

namespace migrator::api {
namespace {

[[noreturn]] void refuse_value(std::string_view key, std::string_view wanted) {
    throw Error(ErrorKind::InvalidRequest, fmt::format("{} must be {}", key, wanted));
}

std::string decoded(std::string_view text) {
    auto plain = percent_decoded(text, Plus::IsBlank);
    if (plain) return std::move(*plain);
    throw Error(
        ErrorKind::InvalidRequest,
        "the query of the URL is not percent-encoded correctly: two hexadecimal digits must follow "
        "each %"
    );
}

}  // namespace

Query::Query(std::string_view query) {
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(pair.size() + 1, query.size()));
        if (pair.empty()) continue;
        const auto equals = std::min(pair.find('='), pair.size());
        pairs_.emplace_back(
            decoded(pair.substr(0, equals)), decoded(pair.substr(std::min(equals + 1, pair.size())))
        );
    }
}

Query::Query(const boost::json::object& arguments) {
    for (const auto& [key, value] : arguments) {
        const auto add = [&, name = std::string(key)](const boost::json::value& one) {
            if (one.is_null()) return;
            pairs_.emplace_back(
                name, one.is_string() ? std::string(one.get_string()) : boost::json::serialize(one)
            );
        };
        if (!value.is_array()) {
            add(value);
            continue;
        }
        for (const boost::json::value& one : value.get_array()) add(one);
    }
}

const std::string* Query::find(std::string_view key) const {
    const auto found = std::find_if(pairs_.rbegin(), pairs_.rend(), [&](const auto& pair) {
        return pair.first == key;
    });
    return found == pairs_.rend() ? nullptr : &found->second;
}

bool Query::has_any(std::initializer_list<std::string_view> keys) const {
    return std::ranges::any_of(keys, [&](std::string_view key) { return has(key); });
}

std::optional<std::string> Query::text(std::string_view key) const {
    const std::string* value = find(key);
    return value == nullptr ? std::nullopt : std::optional(*value);
}

std::string Query::required(std::string_view key) const {
    const std::string* value = find(key);
    if (value == nullptr || value->empty()) {
        throw Error(
            ErrorKind::InvalidRequest, fmt::format("the query of the URL must have {}", key)
        );
    }
    return *value;
}

std::vector<std::string> Query::list(std::string_view key) const {
    std::vector<std::string> parts;
    for (const auto& [name, value] : pairs_) {
        if (name != key) continue;
        std::string_view rest = value;
        while (!rest.empty()) {
            const std::string_view part = rest.substr(0, rest.find(','));
            rest.remove_prefix(std::min(part.size() + 1, rest.size()));
            if (!part.empty()) parts.emplace_back(part);
        }
    }
    return parts;
}

bool Query::flag(std::string_view key, bool otherwise) const {
    const std::string* value = find(key);
    if (value == nullptr) return otherwise;
    if (*value == "true") return true;
    if (*value == "false") return false;
    refuse_value(key, "true or false");
}

std::size_t Query::number(
    std::string_view key, std::size_t least, std::size_t most, std::size_t otherwise
) const {
    const std::string* value = find(key);
    if (value == nullptr) return otherwise;
    const auto number = parse_number<std::size_t>(*value);
    if (!number || *number < least || *number > most) {
        refuse_value(key, fmt::format("an integer from {} to {}", least, most));
    }
    return *number;
}

}  // namespace migrator::api
