#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "core/utf8.hpp"
#include "graphql/coercion.hpp"
#include "graphql/scalars.hpp"
#include "graphql/type_level.hpp"

namespace migrator::graphql {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostErrors = 50;
constexpr std::size_t kMostShown = 200;

/// As it is shown in a message: strings without quotes, and nothing long.
std::string shown(const json::value& value) {
    std::string text;
    if (value.is_string()) {
        text = value.get_string();
    } else if (value.is_double()) {
        // Boost writes 1.5E0.
        text = fmt::format("{}", value.get_double());
    } else {
        text = json::serialize(value);
    }
    if (text.size() <= kMostShown) return text;
    return std::string(utf8_prefix(text, kMostShown)) + "…";
}

/// Nothing when the schema lacks the type: validation has refused the document.
std::optional<TypeRef> find_type(const Schema& schema, const ast::TypeReference& reference) {
    TypeRef type;
    const ast::TypeReference* at = &reference;
    for (; at->kind != ast::TypeReference::Kind::Named; at = &at->of.front()) {
        const bool is_list = at->kind == ast::TypeReference::Kind::List;
        type.wrappers.push_back(is_list ? TypeRef::Wrapper::List : TypeRef::Wrapper::NonNull);
    }
    type.named = schema.type(at->name.text);
    if (type.named == nullptr || !type.named->is_input()) return std::nullopt;
    return type;
}

/// The variables of one operation. The value of what does not fit is null, and there is an error.
class Variables {
public:
    Variables(const Schema& schema, const json::object& sent, UnknownFields unknown)
        : schema_(schema), sent_(sent), unknown_(unknown) {}

    void add(const ast::VariableDefinition& definition) {
        const std::string& name = definition.name.text;
        at_ = definition.at;
        const auto type = find_type(schema_, definition.type);
        if (!type) {
            report(fmt::format("Variable \"{}\" does not have an input type.", name));
        } else if (const json::value* value = sent_.if_contains(name)) {
            values[name] = coerce(name, *value, *type);
        } else if (definition.default_value) {
            if (auto chosen = coerce_literal(*definition.default_value, *type, nullptr)) {
                values[name] = std::move(*chosen);
            }
        } else if (type->is_non_null()) {
            refuse(name, nullptr, *type);
        }
    }

    json::object values;
    std::vector<RequestError> errors;

private:
    bool is_full() const { return errors.size() > kMostErrors; }

    /// `name` is that of the innermost input field, or of the variable.
    json::value coerce(std::string_view name, const json::value& value, TypeLevel type) {
        if (is_full()) return nullptr;
        if (value.is_null()) {
            if (type.is_non_null()) refuse(name, value, type);
            return nullptr;
        }
        if (type.is_non_null()) type = type.inner();
        if (type.is_list()) return coerce_list(name, value, type.inner());
        if (type.named().kind == ast::TypeKind::InputObject) {
            return coerce_object(name, value, type);
        }
        if (auto leaf = leaf_from_json(type.named(), value)) return std::move(*leaf);
        refuse(name, value, type);
        return nullptr;
    }

    json::value coerce_list(std::string_view name, const json::value& value, TypeLevel item) {
        if (!value.is_array()) return json::array{coerce(name, value, item)};
        json::array array;
        array.reserve(value.get_array().size());
        for (const json::value& each : value.get_array()) {
            array.push_back(coerce(name, each, item));
        }
        return array;
    }

    json::value coerce_object(std::string_view name, const json::value& value, TypeLevel level) {
        if (!value.is_object()) {
            refuse(name, value, level);
            return nullptr;
        }
        const json::object& given = value.get_object();
        json::object object;
        for (const InputValue& field : level.named().input_fields) {
            if (const json::value* part = given.if_contains(field.name)) {
                object[field.name] = coerce(field.name, *part, field.type);
            } else if (field.default_value) {
                auto chosen = coerce_literal(*field.default_value, field.type, nullptr);
                if (chosen) object[field.name] = std::move(*chosen);
            } else if (field.type.is_non_null()) {
                refuse(field.name, nullptr, field.type);
            }
        }
        if (unknown_ == UnknownFields::AreErrors) refuse_unknown(name, given, level.named());
        return object;
    }

    void refuse_unknown(std::string_view name, const json::object& given, const Type& type) {
        for (const auto& field : given) {
            if (type.input_field(field.key()) != nullptr) continue;
            report(fmt::format(
                "Variable \"{}\" has invalid value {}.\n"
                "Field \"{}\" is not defined by type \"{}\".",
                name,
                shown(given),
                shown(field.key()),
                type.name
            ));
        }
    }

    void refuse(std::string_view name, const json::value& value, TypeLevel type) {
        const std::string found = shown(value);
        report(fmt::format(
            "Variable \"{}\" has invalid value {}.\nExpected type \"{}\", found {}.",
            name,
            found,
            type.text(),
            found
        ));
    }

    void report(std::string message) {
        if (is_full()) return;
        if (errors.size() == kMostErrors) {
            errors.push_back({.message = "Too many errors in the variables; validation stopped."});
            return;
        }
        errors.push_back({.message = std::move(message), .locations = {at_}});
    }

    const Schema& schema_;
    const json::object& sent_;
    const UnknownFields unknown_;
    Location at_;
};

}  // namespace

std::variant<json::object, std::vector<RequestError>> coerce_variables(
    const Schema& schema,
    const ast::Operation& operation,
    const json::object& sent,
    UnknownFields unknown
) {
    Variables variables(schema, sent, unknown);
    for (const ast::VariableDefinition& definition : operation.variables) {
        variables.add(definition);
    }
    if (!variables.errors.empty()) return std::move(variables.errors);
    return std::move(variables.values);
}

}  // namespace migrator::graphql
