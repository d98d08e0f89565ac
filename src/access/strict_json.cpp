#include "access/strict_json.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cstddef>

namespace migrator::access {
namespace {

constexpr std::size_t kDeepestJson = 16;

/// Of all objects in it. The parser has bounded the depth.
std::size_t count_members(const boost::json::value& value) {
    std::size_t count = 0;
    if (const auto* object = value.if_object()) {
        count = object->size();
        for (const auto& member : *object) count += count_members(member.value());
    } else if (const auto* array = value.if_array()) {
        for (const auto& element : *array) count += count_members(element);
    }
    return count;
}

/// Of a text that is JSON: one stands behind the name of each member.
std::size_t count_colons(std::string_view json) {
    std::size_t count = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < json.size(); ++i) {
        if (in_string && json[i] == '\\') {
            ++i;
        } else if (json[i] == '"') {
            in_string = !in_string;
        } else if (!in_string && json[i] == ':') {
            ++count;
        }
    }
    return count;
}

}  // namespace

std::optional<boost::json::object> strict_json_object(std::string_view text) {
    boost::json::parse_options options;
    options.max_depth = kDeepestJson;
    boost::json::error_code problem;
    auto value = boost::json::parse({text.data(), text.size()}, problem, {}, options);
    if (problem || !value.is_object()) return std::nullopt;
    // Boost.JSON keeps one of two members with the same name.
    if (count_members(value) != count_colons(text)) return std::nullopt;
    return std::move(value.get_object());
}

const boost::json::string* text_member(const boost::json::object& object, std::string_view name) {
    const auto* found = object.if_contains({name.data(), name.size()});
    return found == nullptr ? nullptr : found->if_string();
}

}  // namespace migrator::access
