#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "graphql/ast.hpp"

/// A document as the oracle shows its own: nodes with "kind" and "at", and what is not empty.
namespace migrator::graphql::test {

using boost::json::array;
using boost::json::object;
using boost::json::value;

inline object node(std::string_view kind, Location at) {
    return {{"kind", kind}, {"at", {at.line, at.column}}};
}

template <typename Items>
array dump_all(const Items& items);

template <typename Items>
void put_all(object& into, std::string_view key, const Items& items) {
    if (!items.empty()) into[key] = dump_all(items);
}

inline object dump(const ast::Name& name) {
    object result = node("Name", name.at);
    result["value"] = name.text;
    return result;
}

inline object dump_named_type(const ast::Name& name) {
    object result = node("NamedType", name.at);
    result["name"] = dump(name);
    return result;
}

inline array dump_named_types(const std::vector<ast::Name>& names) {
    array result;
    for (const ast::Name& name : names) result.push_back(dump_named_type(name));
    return result;
}

inline object dump(const ast::TypeReference& type) {
    if (type.kind == ast::TypeReference::Kind::Named) return dump_named_type(type.name);
    const bool is_list = type.kind == ast::TypeReference::Kind::List;
    object result = node(is_list ? "ListType" : "NonNullType", type.at);
    result["type"] = dump(type.of.at(0));
    return result;
}

inline object dump(const ast::ObjectField& field);

inline object dump(const ast::Value& literal) {
    static constexpr const char* kKinds[] = {
        "Variable",
        "IntValue",
        "FloatValue",
        "StringValue",
        "BooleanValue",
        "NullValue",
        "EnumValue",
        "ListValue",
        "ObjectValue"};
    object result = node(kKinds[static_cast<std::size_t>(literal.kind)], literal.at);
    switch (literal.kind) {
        case ast::ValueKind::Variable: {
            const Location at{literal.at.line, literal.at.column + 1};
            result["name"] = dump(ast::Name{literal.text, at});
            break;
        }
        case ast::ValueKind::Boolean:
            result["value"] = literal.text == "true";
            break;
        case ast::ValueKind::Null:
            break;
        case ast::ValueKind::List:
            put_all(result, "values", literal.items);
            break;
        case ast::ValueKind::Object:
            put_all(result, "fields", literal.fields);
            break;
        default:
            result["value"] = literal.text;
    }
    if (literal.kind == ast::ValueKind::String) result["block"] = literal.block;
    return result;
}

inline object dump(const ast::ObjectField& field) {
    object result = node("ObjectField", field.name.at);
    result["name"] = dump(field.name);
    result["value"] = dump(field.value);
    return result;
}

inline object dump(const ast::Argument& argument) {
    object result = node("Argument", argument.name.at);
    result["name"] = dump(argument.name);
    result["value"] = dump(argument.value);
    return result;
}

inline object dump(const ast::Directive& directive) {
    object result = node("Directive", directive.at);
    result["name"] = dump(directive.name);
    put_all(result, "arguments", directive.arguments);
    return result;
}

inline object dump(const ast::SelectionSet& set);

inline object dump(const ast::Selection& selection) {
    if (const auto* field = std::get_if<ast::Field>(&selection)) {
        object result = node("Field", field->at);
        if (field->alias) result["alias"] = dump(*field->alias);
        result["name"] = dump(field->name);
        put_all(result, "arguments", field->arguments);
        put_all(result, "directives", field->directives);
        if (field->selection_set) result["selectionSet"] = dump(*field->selection_set);
        return result;
    }
    if (const auto* spread = std::get_if<ast::FragmentSpread>(&selection)) {
        object result = node("FragmentSpread", spread->at);
        result["name"] = dump(spread->name);
        put_all(result, "directives", spread->directives);
        return result;
    }
    const auto& fragment = std::get<ast::InlineFragment>(selection);
    object result = node("InlineFragment", fragment.at);
    if (fragment.type_condition) {
        result["typeCondition"] = dump_named_type(*fragment.type_condition);
    }
    put_all(result, "directives", fragment.directives);
    result["selectionSet"] = dump(fragment.selection_set);
    return result;
}

inline object dump(const ast::SelectionSet& set) {
    object result = node("SelectionSet", set.at);
    put_all(result, "selections", set.selections);
    return result;
}

inline const char* dump(ast::OperationKind kind) {
    static constexpr const char* kNames[] = {"query", "mutation", "subscription"};
    return kNames[static_cast<std::size_t>(kind)];
}

inline object dump(const ast::VariableDefinition& definition) {
    object result = node("VariableDefinition", definition.at);
    result["variable"] = node("Variable", definition.at);
    result["variable"].as_object()["name"] = dump(definition.name);
    result["type"] = dump(definition.type);
    if (definition.default_value) result["defaultValue"] = dump(*definition.default_value);
    put_all(result, "directives", definition.directives);
    return result;
}

inline object dump(const ast::Operation& operation) {
    object result = node("OperationDefinition", operation.at);
    result["operation"] = dump(operation.kind);
    if (operation.name) result["name"] = dump(*operation.name);
    put_all(result, "variableDefinitions", operation.variables);
    put_all(result, "directives", operation.directives);
    result["selectionSet"] = dump(operation.selection_set);
    return result;
}

inline object dump(const ast::Fragment& fragment) {
    object result = node("FragmentDefinition", fragment.at);
    result["name"] = dump(fragment.name);
    result["typeCondition"] = dump_named_type(fragment.type_condition);
    put_all(result, "directives", fragment.directives);
    result["selectionSet"] = dump(fragment.selection_set);
    return result;
}

/// The oracle shows where a description stands; ours is a text only. `without_descriptions` makes
/// them alike.
inline void put_description(object& into, const std::optional<std::string>& description) {
    if (description) into["description"] = *description;
}

inline object dump(const ast::InputValueDefinition& input) {
    object result = node("InputValueDefinition", input.at);
    put_description(result, input.description);
    result["name"] = dump(input.name);
    result["type"] = dump(input.type);
    if (input.default_value) result["defaultValue"] = dump(*input.default_value);
    put_all(result, "directives", input.directives);
    return result;
}

inline object dump(const ast::FieldDefinition& field) {
    object result = node("FieldDefinition", field.at);
    put_description(result, field.description);
    result["name"] = dump(field.name);
    put_all(result, "arguments", field.arguments);
    result["type"] = dump(field.type);
    put_all(result, "directives", field.directives);
    return result;
}

inline object dump(const ast::EnumValueDefinition& enum_value) {
    object result = node("EnumValueDefinition", enum_value.at);
    put_description(result, enum_value.description);
    result["name"] = dump(enum_value.name);
    put_all(result, "directives", enum_value.directives);
    return result;
}

inline object dump(const ast::RootOperation& operation) {
    object result = node("OperationTypeDefinition", operation.at);
    result["operation"] = dump(operation.kind);
    result["type"] = dump_named_type(operation.type);
    return result;
}

inline object dump(const ast::SchemaDefinition& schema) {
    object result = node(schema.is_extension ? "SchemaExtension" : "SchemaDefinition", schema.at);
    put_description(result, schema.description);
    put_all(result, "directives", schema.directives);
    put_all(result, "operationTypes", schema.operations);
    return result;
}

inline object dump(const ast::TypeDefinition& type) {
    static constexpr const char* kKinds[] = {
        "ScalarType", "ObjectType", "InterfaceType", "UnionType", "EnumType", "InputObjectType"};
    const std::string kind = kKinds[static_cast<std::size_t>(type.kind)];
    object result = node(kind + (type.is_extension ? "Extension" : "Definition"), type.at);
    put_description(result, type.description);
    result["name"] = dump(type.name);
    if (!type.interfaces.empty()) result["interfaces"] = dump_named_types(type.interfaces);
    put_all(result, "directives", type.directives);
    put_all(result, "fields", type.fields);
    put_all(result, "fields", type.input_fields);
    put_all(result, "values", type.values);
    if (!type.members.empty()) result["types"] = dump_named_types(type.members);
    return result;
}

inline object dump(const ast::DirectiveDefinition& directive) {
    object result = node("DirectiveDefinition", directive.at);
    put_description(result, directive.description);
    result["name"] = dump(directive.name);
    put_all(result, "arguments", directive.arguments);
    result["repeatable"] = directive.is_repeatable;
    put_all(result, "locations", directive.locations);
    return result;
}

inline object dump(const ast::Definition& definition) {
    return std::visit([](const auto& one) { return dump(one); }, definition);
}

template <typename Items>
array dump_all(const Items& items) {
    array result;
    for (const auto& item : items) result.push_back(dump(item));
    return result;
}

/// The definitions of a document.
inline value dump(const ast::Document& document) { return dump_all(document.definitions); }

/// Turns the descriptions in what the oracle showed into plain text.
inline void without_descriptions(value& shown) {
    if (shown.is_array()) {
        for (value& item : shown.as_array()) without_descriptions(item);
    } else if (shown.is_object()) {
        for (auto& [key, member] : shown.as_object()) {
            if (key == "description") {
                member = value(member.at("value"));
            } else {
                without_descriptions(member);
            }
        }
    }
}

}  // namespace migrator::graphql::test
