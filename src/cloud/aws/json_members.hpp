#pragma once

#include <map>
#include <optional>
#include <string>

namespace migrator::cloud::aws {

/// The members of a JSON object, each as text: a string decoded, anything else as it is written,
/// without blanks, so that a number of forty digits stays what it is; nothing for null. Of two
/// members of one name the last. Nothing at all when `text` is no JSON object.
std::optional<std::map<std::string, std::optional<std::string>>> json_members(
    const std::string& text
);

}  // namespace migrator::cloud::aws
