#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <string>

#include "graphql/execution.hpp"
#include "graphql/schema.hpp"

/// Resolvers over a JSON value, which do what those of oracle/oracle.js do.
namespace migrator::graphql::test {

namespace json = boost::json;

/// As JSON.stringify of JavaScript, keys sorted.
inline std::string sorted_text(const json::value& value) {
    std::string text;
    const auto add = [&text](const std::string& more) {
        if (text.size() > 1) text += ',';
        text += more;
    };
    if (value.is_double() && std::trunc(value.get_double()) == value.get_double() &&
        std::fabs(value.get_double()) < 1e21) {
        return fmt::format("{:.0f}", value.get_double());
    }
    if (value.is_double()) return fmt::format("{}", value.get_double());
    if (value.is_array()) {
        text = "[";
        for (const json::value& item : value.get_array()) add(sorted_text(item));
        return text + "]";
    }
    if (!value.is_object()) return json::serialize(value);
    std::vector<std::string> keys;
    for (const auto& field : value.get_object()) keys.emplace_back(field.key());
    std::ranges::sort(keys);
    text = "{";
    for (const std::string& key : keys) {
        add(json::serialize(json::value(key)) + ":" + sorted_text(value.at(key)));
    }
    return text + "}";
}

inline bool is_failing(const json::value& value) {
    return value.is_object() && value.get_object().contains("__error");
}

inline void give(Result& result, const json::value& value, const Type& type) {
    // An element can't be made to fail but by a value that its type does not allow.
    if (is_failing(value)) return type.is_leaf() ? result.object(Object()) : result.string("x");
    switch (value.kind()) {
        case json::kind::null:
            return result.null();
        case json::kind::bool_:
            return result.boolean(value.get_bool());
        case json::kind::int64:
            return result.integer(value.get_int64());
        case json::kind::uint64:
        case json::kind::double_:
            return result.number(value.to_number<double>());
        case json::kind::string:
            return result.string(std::string_view(value.get_string()));
        case json::kind::array:
            return result.list([&](ListResult& list) {
                for (const json::value& item : value.get_array()) give(list.next(), item, type);
            });
        case json::kind::object: {
            const json::object& object = value.get_object();
            const auto* name = object.if_contains("__typename");
            const bool is_abstract = type.kind != ast::TypeKind::Object;
            return result.object(
                Object(object),
                is_abstract && name && name->is_string() ? std::string_view(name->get_string())
                                                         : std::string_view()
            );
        }
    }
}

/// The parent of a root field is `Request::context`: a json::object.
inline void resolve_by_json(Schema& schema) {
    for (const Type& type : schema.types()) {
        if (type.kind != ast::TypeKind::Object || type.name.starts_with("__")) continue;
        const bool is_root =
            &type == schema.query() || &type == schema.mutation() || &type == schema.subscription();
        for (const FieldType& field : type.fields) {
            const bool has_arguments = !field.arguments.empty();
            const Type* named = field.type.named;
            const std::string name = field.name;
            schema.resolve(type.name, name, [=](FieldContext& context, Result& result) {
                const Object& parent = is_root ? context.request() : context.parent();
                const json::value* value = parent.as<json::object>().if_contains(name);
                if (value && is_failing(*value)) {
                    throw FieldError(std::string(value->at("__error").as_string()));
                }
                if (value) return give(result, *value, *named);
                if (has_arguments) result.string(sorted_text(context.arguments()));
            });
        }
    }
}

}  // namespace migrator::graphql::test
