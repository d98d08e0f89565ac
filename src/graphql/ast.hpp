#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "graphql/source_location.hpp"

/// A parsed document: executable definitions and type system definitions, as in the GraphQL
/// specification of October 2021, section 2 and 3 (https://spec.graphql.org/October2021/).
/// Plain data; nothing here refers to the text it was parsed from.
namespace migrator::graphql::ast {

struct Name {
    std::string text;
    Location at;
};

enum class ValueKind : std::uint8_t {
    Variable,
    Int,
    Float,
    String,
    Boolean,
    Null,
    Enum,
    List,
    Object,
};

struct ObjectField;

/// A literal, or a variable.
struct Value {
    ValueKind kind = ValueKind::Null;
    /// Variable: its name without `$`. Int, Float: as written. String: its value, escapes and
    /// block indentation done. Boolean: "true" or "false". Enum: the name.
    std::string text;
    std::vector<Value> items;         ///< List
    std::vector<ObjectField> fields;  ///< Object
    bool block = false;               ///< String: written as """…"""
    Location at;
};

struct ObjectField {
    Name name;
    Value value;
};

struct Argument {
    Name name;
    Value value;
};

struct Directive {
    Name name;  ///< without `@`
    std::vector<Argument> arguments;
    Location at;  ///< of `@`
};

/// `Name`, `[of]` or `of!`.
struct TypeReference {
    enum class Kind : std::uint8_t { Named, List, NonNull };
    Kind kind = Kind::Named;
    Name name;                      ///< Named
    std::vector<TypeReference> of;  ///< List, NonNull: exactly one
    Location at;
};

struct Selection;

struct SelectionSet {
    std::vector<Selection> selections;
    Location at;  ///< of `{`
};

struct Field {
    std::optional<Name> alias;
    Name name;
    std::vector<Argument> arguments;
    std::vector<Directive> directives;
    std::optional<SelectionSet> selection_set;
    Location at;  ///< of the alias, else the name

    const std::string& response_key() const { return alias ? alias->text : name.text; }
};

struct FragmentSpread {
    Name name;
    std::vector<Directive> directives;
    Location at;  ///< of `...`
};

struct InlineFragment {
    std::optional<Name> type_condition;
    std::vector<Directive> directives;
    SelectionSet selection_set;
    Location at;  ///< of `...`
};

struct Selection : std::variant<Field, FragmentSpread, InlineFragment> {
    using variant::variant;
};

enum class OperationKind : std::uint8_t { Query, Mutation, Subscription };

struct VariableDefinition {
    Name name;  ///< without `$`; located at it
    TypeReference type;
    std::optional<Value> default_value;
    std::vector<Directive> directives;
    Location at;  ///< of `$`
};

struct Operation {
    OperationKind kind = OperationKind::Query;
    std::optional<Name> name;
    std::vector<VariableDefinition> variables;
    std::vector<Directive> directives;
    SelectionSet selection_set;
    Location at;
};

struct Fragment {
    Name name;
    Name type_condition;
    std::vector<Directive> directives;
    SelectionSet selection_set;
    Location at;
};

// Type system definitions and extensions.

struct InputValueDefinition {
    std::optional<std::string> description;
    Name name;
    TypeReference type;
    std::optional<Value> default_value;
    std::vector<Directive> directives;
    Location at;
};

struct FieldDefinition {
    std::optional<std::string> description;
    Name name;
    std::vector<InputValueDefinition> arguments;
    TypeReference type;
    std::vector<Directive> directives;
    Location at;
};

struct EnumValueDefinition {
    std::optional<std::string> description;
    Name name;
    std::vector<Directive> directives;
    Location at;
};

enum class TypeKind : std::uint8_t { Scalar, Object, Interface, Union, Enum, InputObject };

/// `scalar`, `type`, `interface`, `union`, `enum`, `input`, or an extension of one. Only the
/// members of its kind are used.
struct TypeDefinition {
    TypeKind kind = TypeKind::Scalar;
    bool is_extension = false;
    std::optional<std::string> description;
    Name name;
    std::vector<Name> interfaces;
    std::vector<FieldDefinition> fields;
    std::vector<Name> members;  ///< Union
    std::vector<EnumValueDefinition> values;
    std::vector<InputValueDefinition> input_fields;
    std::vector<Directive> directives;
    Location at;
};

struct RootOperation {
    OperationKind kind = OperationKind::Query;
    Name type;
    Location at;
};

/// `schema { … }` or its extension.
struct SchemaDefinition {
    bool is_extension = false;
    std::optional<std::string> description;
    std::vector<Directive> directives;
    std::vector<RootOperation> operations;
    Location at;
};

struct DirectiveDefinition {
    std::optional<std::string> description;
    Name name;  ///< without `@`
    std::vector<InputValueDefinition> arguments;
    bool is_repeatable = false;
    std::vector<Name> locations;
    Location at;
};

using Definition =
    std::variant<Operation, Fragment, SchemaDefinition, TypeDefinition, DirectiveDefinition>;

struct Document {
    std::vector<Definition> definitions;
};

}  // namespace migrator::graphql::ast
