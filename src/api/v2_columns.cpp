#include "api/v2_columns.hpp"

#include <boost/json/serialize.hpp>

#include "core/error.hpp"

namespace migrator::api {

namespace json = boost::json;

void write(graphql::Result& result, const json::value& value) {
    switch (value.kind()) {
        case json::kind::null:
            return result.null();
        case json::kind::bool_:
            return result.boolean(value.get_bool());
        case json::kind::int64:
        case json::kind::uint64:
            return result.integer(value.to_number<std::int64_t>());
        case json::kind::double_:
            return result.number(value.get_double());
        case json::kind::string:
            return result.string(value.get_string());
        case json::kind::array:
            return result.list([&](graphql::ListResult& list) {
                for (const json::value& each : value.get_array()) write(list.next(), each);
            });
        case json::kind::object:
            break;
    }
    throw Error(ErrorKind::Internal, "a column with an object value needs a resolver");
}

void write_or_null(graphql::Result& result, const json::value& value) {
    if (value.is_string() && value.get_string().empty()) return result.null();
    write(result, value);
}

}  // namespace migrator::api
