#include "graphql/error.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "core/utf8.hpp"

namespace migrator::graphql {
namespace {

namespace json = boost::json;

json::array to_json(const std::vector<Location>& locations) {
    json::array array;
    for (const Location& location : locations) {
        array.push_back(json::object{{"line", location.line}, {"column", location.column}});
    }
    return array;
}

json::array to_json(const std::vector<PathElement>& path) {
    json::array array;
    for (const PathElement& element : path) {
        if (const auto* index = std::get_if<std::size_t>(&element)) {
            array.emplace_back(*index);
        } else {
            array.emplace_back(to_valid_utf8(std::get<std::string>(element)));
        }
    }
    return array;
}

}  // namespace

json::object to_json(const RequestError& error) {
    json::object object{{"message", to_valid_utf8(error.message)}};
    if (!error.locations.empty()) object["locations"] = to_json(error.locations);
    if (!error.path.empty()) object["path"] = to_json(error.path);
    if (!error.extensions.empty()) object["extensions"] = error.extensions;
    return object;
}

}  // namespace migrator::graphql
