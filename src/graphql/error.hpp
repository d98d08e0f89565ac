#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "graphql/source_location.hpp"

namespace migrator::graphql {

/// A response key or the index in a list.
using PathElement = std::variant<std::string, std::size_t>;

/// One element of an answer's `errors`.
struct RequestError {
    std::string message;
    std::vector<Location> locations;  ///< empty: left out
    std::vector<PathElement> path;    ///< of the field, when executing; empty: left out
    boost::json::object extensions;   ///< empty: left out
};

/// `{"message":…,"locations":[…],"path":[…],"extensions":{…}}`; invalid UTF-8 is replaced.
boost::json::object to_json(const RequestError& error);

}  // namespace migrator::graphql
