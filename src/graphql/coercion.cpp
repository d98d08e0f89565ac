#include "graphql/coercion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "graphql/parser.hpp"
#include "graphql/scalars.hpp"
#include "graphql/type_level.hpp"

namespace migrator::graphql {
namespace {

namespace json = boost::json;
using Json = std::optional<json::value>;

bool is_missing(const ast::Value& literal, const json::object* variables) {
    return literal.kind == ast::ValueKind::Variable &&
           (variables == nullptr || !variables->contains(literal.text));
}

Json coerce(const ast::Value& literal, TypeLevel type, const json::object* variables);

Json coerce_list(const ast::Value& literal, TypeLevel item, const json::object* variables) {
    json::array array;
    if (literal.kind != ast::ValueKind::List) {
        Json value = coerce(literal, item, variables);
        if (!value) return std::nullopt;
        array.push_back(std::move(*value));
        return array;
    }
    array.reserve(literal.items.size());
    for (const ast::Value& each : literal.items) {
        if (is_missing(each, variables) && variables != nullptr && !item.is_non_null()) {
            array.emplace_back(nullptr);
            continue;
        }
        Json value = coerce(each, item, variables);
        if (!value) return std::nullopt;
        array.push_back(std::move(*value));
    }
    return array;
}

Json coerce_object(const ast::Value& literal, const Type& type, const json::object* variables) {
    if (literal.kind != ast::ValueKind::Object) return std::nullopt;
    const auto is_known = [&type](const ast::ObjectField& field) {
        return type.input_field(field.name.text) != nullptr;
    };
    if (!std::ranges::all_of(literal.fields, is_known)) return std::nullopt;
    json::object object;
    for (const InputValue& field : type.input_fields) {
        const auto given = std::ranges::find_if(literal.fields, [&field](const auto& candidate) {
            return candidate.name.text == field.name;
        });
        Json value;
        if (given != literal.fields.end() && !is_missing(given->value, variables)) {
            value = coerce(given->value, field.type, variables);
        } else if (given != literal.fields.end() && variables == nullptr) {
            return std::nullopt;
        } else if (field.default_value) {
            value = coerce(*field.default_value, field.type, nullptr);
        } else if (!field.type.is_non_null()) {
            continue;
        }
        if (!value) return std::nullopt;
        object[field.name] = std::move(*value);
    }
    return object;
}

Json coerce(const ast::Value& literal, TypeLevel type, const json::object* variables) {
    if (literal.kind == ast::ValueKind::Variable) {
        if (is_missing(literal, variables)) return std::nullopt;
        const json::value& value = variables->at(literal.text);
        if (value.is_null() && type.is_non_null()) return std::nullopt;
        return value;
    }
    if (literal.kind == ast::ValueKind::Null) {
        return type.is_non_null() ? std::nullopt : Json(nullptr);
    }
    if (type.is_non_null()) type = type.inner();
    if (type.is_list()) return coerce_list(literal, type.inner(), variables);
    if (type.named().kind == ast::TypeKind::InputObject) {
        return coerce_object(literal, type.named(), variables);
    }
    return leaf_from_literal(type.named(), literal, variables);
}

/// One argument: its value, nothing when it is absent, or what is wrong with it.
std::variant<Json, RequestError> coerce_argument(
    const InputValue& definition,
    const ast::Argument* argument,
    Location where,
    const json::object& variables
) {
    if (argument == nullptr || is_missing(argument->value, &variables)) {
        if (definition.default_value) {
            return coerce(*definition.default_value, definition.type, nullptr);
        }
        if (!definition.type.is_non_null()) return Json();
        return RequestError{
            .message = fmt::format(
                "Argument \"{}\" of required type \"{}\" was not provided.",
                definition.name,
                definition.type.text()
            ),
            .locations = {argument == nullptr ? where : argument->value.at},
        };
    }
    Json value = coerce(argument->value, definition.type, &variables);
    if (value) return value;
    return RequestError{
        .message = fmt::format(
            "Argument \"{}\" of type \"{}\" has invalid value {}.",
            definition.name,
            definition.type.text(),
            print(argument->value)
        ),
        .locations = {argument->value.at},
    };
}

}  // namespace

Json coerce_literal(const ast::Value& literal, const TypeRef& type, const json::object* variables) {
    return coerce(literal, type, variables);
}

std::variant<json::object, RequestError> coerce_arguments(
    const std::vector<InputValue>& definitions,
    const std::vector<ast::Argument>& arguments,
    Location where,
    const json::object& variables
) {
    json::object values;
    for (const InputValue& definition : definitions) {
        const auto given = std::ranges::find_if(arguments, [&](const ast::Argument& argument) {
            return argument.name.text == definition.name;
        });
        auto value = coerce_argument(
            definition, given == arguments.end() ? nullptr : &*given, where, variables
        );
        if (auto* error = std::get_if<RequestError>(&value)) return std::move(*error);
        if (auto& given_value = std::get<Json>(value)) {
            values[definition.name] = std::move(*given_value);
        }
    }
    return values;
}

}  // namespace migrator::graphql
