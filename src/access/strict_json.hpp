#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string_view>

namespace migrator::access {

/// A JSON object that every reader reads alike: no key twice, at most 16 levels deep, nothing
/// behind it. Nothing for any other text.
std::optional<boost::json::object> strict_json_object(std::string_view text);

/// A member that is a text; null when there is none.
const boost::json::string* text_member(const boost::json::object& object, std::string_view name);

}  // namespace migrator::access
