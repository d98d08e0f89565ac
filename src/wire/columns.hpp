#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// The JSON of what migrator knows and does, spelled once for REST, GraphQL, `--json` and the
/// webhook. Names and their order are part of the contract with clients.
namespace migrator::wire {

/// A member of the object that a T is written as. Surfaces walk the columns instead of naming
/// them: what is added to a list of columns is shown by all of them.
template <typename T>
struct Column {
    std::string name;
    std::function<boost::json::value(const T&)> value;
};
template <typename T>
using Columns = std::vector<Column<T>>;

template <typename T>
boost::json::object object_of(const Columns<T>& columns, const T& source) {
    boost::json::object object;
    object.reserve(columns.size());
    for (const auto& column : columns) object.emplace(column.name, column.value(source));
    return object;
}

/// With invalid UTF-8 replaced, as JSON needs it.
boost::json::string text(std::string_view bytes);
/// Null for the empty text.
boost::json::value text_or_null(std::string_view bytes);
boost::json::array texts(const std::vector<std::string>& all);

}  // namespace migrator::wire
