#include "graphql/scalars.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cmath>
#include <cstdint>
#include <limits>

#include "core/number.hpp"

namespace migrator::graphql {
namespace {

namespace json = boost::json;
using Json = std::optional<json::value>;

Json int32(std::int64_t value) {
    using Range = std::numeric_limits<std::int32_t>;
    if (value < Range::min() || value > Range::max()) return std::nullopt;
    return json::value(value);
}

/// JSON does not tell 1.0 from 1.
std::optional<double> whole_double(const json::value& value) {
    if (!value.is_double()) return std::nullopt;
    const double number = value.get_double();
    if (!std::isfinite(number) || std::trunc(number) != number) return std::nullopt;
    return number;
}

Json int_from_json(const json::value& value) {
    if (value.is_int64()) return int32(value.get_int64());
    const auto number = whole_double(value);
    if (!number || std::fabs(*number) > 4e9) return std::nullopt;
    return int32(static_cast<std::int64_t>(*number));
}

Json float_from_json(const json::value& value) {
    if (!value.is_number()) return std::nullopt;
    const double number = value.to_number<double>();
    if (!std::isfinite(number)) return std::nullopt;
    return json::value(number);
}

Json id_from_json(const json::value& value) {
    if (value.is_string()) return value;
    if (value.is_int64()) return json::value(std::to_string(value.get_int64()));
    if (value.is_uint64()) return json::value(std::to_string(value.get_uint64()));
    const auto number = whole_double(value);
    if (!number) return std::nullopt;
    return json::value(fmt::format("{:.0f}", *number));
}

Json int_from_text(const std::string& text) {
    const auto number = parse_number<std::int64_t>(text);
    if (!number) return std::nullopt;
    return json::value(*number);
}

Json float_from_text(const std::string& text) {
    const auto number = parse_number<double>(text);
    if (!number || !std::isfinite(*number)) return std::nullopt;
    return json::value(*number);
}

/// Whatever it is: the value of a custom scalar.
Json any_from_literal(const ast::Value& literal, const json::object* variables) {
    switch (literal.kind) {
        case ast::ValueKind::Null:
            return json::value(nullptr);
        case ast::ValueKind::Int:
            if (auto number = int_from_text(literal.text)) return number;
            return float_from_text(literal.text);
        case ast::ValueKind::Float:
            return float_from_text(literal.text);
        case ast::ValueKind::Boolean:
            return json::value(literal.text == "true");
        case ast::ValueKind::String:
        case ast::ValueKind::Enum:
            return json::value(literal.text);
        case ast::ValueKind::Variable: {
            const auto* value = variables ? variables->if_contains(literal.text) : nullptr;
            return value ? *value : json::value(nullptr);
        }
        case ast::ValueKind::List: {
            json::array array;
            for (const ast::Value& item : literal.items) {
                Json value = any_from_literal(item, variables);
                if (!value) return std::nullopt;
                array.push_back(std::move(*value));
            }
            return array;
        }
        case ast::ValueKind::Object: {
            json::object object;
            for (const ast::ObjectField& field : literal.fields) {
                Json value = any_from_literal(field.value, variables);
                if (!value) return std::nullopt;
                object[field.name.text] = std::move(*value);
            }
            return object;
        }
    }
    return std::nullopt;
}

}  // namespace

Leaf leaf_of(const Type& type) {
    if (type.kind == ast::TypeKind::Enum) return Leaf::Enum;
    if (type.name == "Int") return Leaf::Int;
    if (type.name == "Float") return Leaf::Float;
    if (type.name == "String") return Leaf::String;
    if (type.name == "Boolean") return Leaf::Boolean;
    if (type.name == "ID") return Leaf::Id;
    return Leaf::Custom;
}

Json leaf_from_json(const Type& type, const json::value& value) {
    switch (leaf_of(type)) {
        case Leaf::Int:
            return int_from_json(value);
        case Leaf::Float:
            return float_from_json(value);
        case Leaf::String:
            return value.is_string() ? Json(value) : std::nullopt;
        case Leaf::Boolean:
            return value.is_bool() ? Json(value) : std::nullopt;
        case Leaf::Id:
            return id_from_json(value);
        case Leaf::Enum:
            if (!value.is_string()) return std::nullopt;
            return type.value(std::string_view(value.get_string())) ? Json(value) : std::nullopt;
        case Leaf::Custom:
            return value;
    }
    return std::nullopt;
}

Json leaf_from_literal(const Type& type, const ast::Value& literal, const json::object* variables) {
    using Kind = ast::ValueKind;
    const bool is_int = literal.kind == Kind::Int;
    switch (leaf_of(type)) {
        case Leaf::Int: {
            const Json number = is_int ? int_from_text(literal.text) : std::nullopt;
            return number ? int32(number->get_int64()) : std::nullopt;
        }
        case Leaf::Float:
            if (!is_int && literal.kind != Kind::Float) return std::nullopt;
            return float_from_text(literal.text);
        case Leaf::String:
            return literal.kind == Kind::String ? Json(literal.text) : std::nullopt;
        case Leaf::Boolean:
            if (literal.kind != Kind::Boolean) return std::nullopt;
            return json::value(literal.text == "true");
        case Leaf::Id:
            return is_int || literal.kind == Kind::String ? Json(literal.text) : std::nullopt;
        case Leaf::Enum:
            if (literal.kind != Kind::Enum || !type.value(literal.text)) return std::nullopt;
            return json::value(literal.text);
        case Leaf::Custom:
            return any_from_literal(literal, variables);
    }
    return std::nullopt;
}

}  // namespace migrator::graphql
