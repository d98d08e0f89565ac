#include <fmt/format.h>

#include <algorithm>

#include "graphql/syntax.hpp"

namespace migrator::graphql {
namespace {

constexpr std::string_view kDirectiveLocations[] = {
    "QUERY",
    "MUTATION",
    "SUBSCRIPTION",
    "FIELD",
    "FRAGMENT_DEFINITION",
    "FRAGMENT_SPREAD",
    "INLINE_FRAGMENT",
    "VARIABLE_DEFINITION",
    "SCHEMA",
    "SCALAR",
    "OBJECT",
    "FIELD_DEFINITION",
    "ARGUMENT_DEFINITION",
    "INTERFACE",
    "UNION",
    "ENUM",
    "ENUM_VALUE",
    "INPUT_OBJECT",
    "INPUT_FIELD_DEFINITION"};

std::optional<ast::TypeKind> type_kind(std::string_view keyword) {
    if (keyword == "scalar") return ast::TypeKind::Scalar;
    if (keyword == "type") return ast::TypeKind::Object;
    if (keyword == "interface") return ast::TypeKind::Interface;
    if (keyword == "union") return ast::TypeKind::Union;
    if (keyword == "enum") return ast::TypeKind::Enum;
    if (keyword == "input") return ast::TypeKind::InputObject;
    return std::nullopt;
}

bool says_nothing(const ast::TypeDefinition& type) {
    return type.interfaces.empty() && type.fields.empty() && type.members.empty() &&
           type.values.empty() && type.input_fields.empty() && type.directives.empty();
}

}  // namespace

std::optional<std::string> Syntax::description() {
    if (!at_description()) return std::nullopt;
    return take().text;
}

ast::Definition Syntax::type_system_definition(std::string_view keyword) {
    if (keyword == "schema") return schema_definition();
    if (keyword == "directive") return directive_definition();
    return type_definition(type_kind(keyword).value());
}

ast::Definition Syntax::extension() {
    const Location at = token_.at;
    const Token keyword = lookahead();
    if (keyword.kind != TokenKind::Name) fail_unexpected(keyword);
    const auto kind = type_kind(keyword.text);
    if (!kind && keyword.text != "schema") fail_unexpected(keyword);
    take();
    take();
    if (!kind) return schema_extension(at);
    return type_extension(*kind, at);
}

ast::SchemaDefinition Syntax::schema_definition() {
    ast::SchemaDefinition schema;
    schema.at = token_.at;
    schema.description = description();
    expect_keyword("schema");
    schema.directives = directives(Constness::Constant);
    schema.operations = many(
        TokenKind::BraceOpen, [this] { return root_operation(); }, TokenKind::BraceClose
    );
    return schema;
}

ast::SchemaDefinition Syntax::schema_extension(Location at) {
    ast::SchemaDefinition schema;
    schema.is_extension = true;
    schema.at = at;
    schema.directives = directives(Constness::Constant);
    schema.operations = optional_many(
        TokenKind::BraceOpen, [this] { return root_operation(); }, TokenKind::BraceClose
    );
    if (schema.directives.empty() && schema.operations.empty()) fail_unexpected(token_);
    return schema;
}

ast::RootOperation Syntax::root_operation() {
    ast::RootOperation operation;
    operation.at = token_.at;
    operation.kind = operation_kind();
    expect(TokenKind::Colon);
    operation.type = name();
    return operation;
}

ast::TypeDefinition Syntax::type_definition(ast::TypeKind kind) {
    ast::TypeDefinition type;
    type.kind = kind;
    type.at = token_.at;
    type.description = description();
    take();  // the keyword
    type_body(type);
    return type;
}

ast::TypeDefinition Syntax::type_extension(ast::TypeKind kind, Location at) {
    ast::TypeDefinition type;
    type.kind = kind;
    type.is_extension = true;
    type.at = at;
    type_body(type);
    if (says_nothing(type)) fail_unexpected(token_);
    return type;
}

void Syntax::type_body(ast::TypeDefinition& type) {
    type.name = name();
    const bool has_fields =
        type.kind == ast::TypeKind::Object || type.kind == ast::TypeKind::Interface;
    if (has_fields) type.interfaces = implemented_interfaces();
    type.directives = directives(Constness::Constant);
    if (has_fields) {
        type.fields = optional_many(
            TokenKind::BraceOpen, [this] { return field_definition(); }, TokenKind::BraceClose
        );
    } else if (type.kind == ast::TypeKind::Union) {
        if (skip(TokenKind::Equals)) {
            type.members = delimited_many(TokenKind::Pipe, [this] { return name(); });
        }
    } else if (type.kind == ast::TypeKind::Enum) {
        type.values = optional_many(
            TokenKind::BraceOpen, [this] { return enum_value_definition(); }, TokenKind::BraceClose
        );
    } else if (type.kind == ast::TypeKind::InputObject) {
        type.input_fields = optional_many(
            TokenKind::BraceOpen, [this] { return input_value_definition(); }, TokenKind::BraceClose
        );
    }
}

std::vector<ast::Name> Syntax::implemented_interfaces() {
    if (!skip_keyword("implements")) return {};
    return delimited_many(TokenKind::Ampersand, [this] { return name(); });
}

ast::FieldDefinition Syntax::field_definition() {
    ast::FieldDefinition field;
    field.at = token_.at;
    field.description = description();
    field.name = name();
    field.arguments = argument_definitions();
    expect(TokenKind::Colon);
    field.type = type_reference();
    field.directives = directives(Constness::Constant);
    return field;
}

std::vector<ast::InputValueDefinition> Syntax::argument_definitions() {
    return optional_many(
        TokenKind::ParenOpen, [this] { return input_value_definition(); }, TokenKind::ParenClose
    );
}

ast::InputValueDefinition Syntax::input_value_definition() {
    ast::InputValueDefinition input;
    input.at = token_.at;
    input.description = description();
    input.name = name();
    expect(TokenKind::Colon);
    input.type = type_reference();
    input.default_value = default_value();
    input.directives = directives(Constness::Constant);
    return input;
}

ast::EnumValueDefinition Syntax::enum_value_definition() {
    ast::EnumValueDefinition value;
    value.at = token_.at;
    value.description = description();
    if (token_.text == "true" || token_.text == "false" || token_.text == "null") {
        fail_syntax(
            token_.at,
            fmt::format("{} is reserved and cannot be used for an enum value.", describe(token_))
        );
    }
    value.name = name();
    value.directives = directives(Constness::Constant);
    return value;
}

ast::DirectiveDefinition Syntax::directive_definition() {
    ast::DirectiveDefinition directive;
    directive.at = token_.at;
    directive.description = description();
    expect_keyword("directive");
    expect(TokenKind::At);
    directive.name = name();
    directive.arguments = argument_definitions();
    directive.is_repeatable = skip_keyword("repeatable");
    expect_keyword("on");
    directive.locations = delimited_many(TokenKind::Pipe, [this] { return directive_location(); });
    return directive;
}

ast::Name Syntax::directive_location() {
    const Token token = token_;
    ast::Name location = name();
    if (std::ranges::find(kDirectiveLocations, location.text) == std::end(kDirectiveLocations)) {
        fail_unexpected(token);
    }
    return location;
}

}  // namespace migrator::graphql
