#include "graphql/parser.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/utf8.hpp"
#include "graphql/ast.hpp"
#include "graphql/lexer.hpp"
#include "graphql/limits.hpp"

namespace migrator::graphql {
namespace {

/// The grammar, a function for each rule of the specification's appendix B. All of them throw
/// SyntaxFailure.
class Syntax {
public:
    /// `text` is valid UTF-8 and lives as long as this.
    Syntax(std::string_view text, const Limits& limits);

    ast::Document document();

private:
    enum class Constness : bool { Constant, MayHaveVariables };

    // Operations and fragments.
    ast::Operation operation();
    ast::OperationKind operation_kind();
    ast::VariableDefinition variable_definition();
    ast::Fragment fragment();
    ast::Name fragment_name();
    ast::SelectionSet selection_set();
    ast::Selection selection();
    ast::Field field();
    ast::Selection spread();

    // What both have.
    ast::Value value(Constness constness);
    ast::Value named_value();
    ast::Value variable(Constness constness);
    ast::Value list(Constness constness);
    ast::Value object(Constness constness);
    ast::ObjectField object_field(Constness constness);
    std::optional<ast::Value> default_value();
    std::vector<ast::Argument> arguments(Constness constness);
    std::vector<ast::Directive> directives(Constness constness);
    ast::TypeReference type_reference();

    // The type system.
    std::optional<std::string> description();
    ast::Definition type_system_definition(std::string_view keyword);
    ast::Definition extension();
    ast::SchemaDefinition schema_definition();
    ast::SchemaDefinition schema_extension(Location at);
    ast::RootOperation root_operation();
    ast::TypeDefinition type_definition(ast::TypeKind kind);
    ast::TypeDefinition type_extension(ast::TypeKind kind, Location at);
    void type_body(ast::TypeDefinition& type);
    std::vector<ast::Name> implemented_interfaces();
    ast::FieldDefinition field_definition();
    std::vector<ast::InputValueDefinition> argument_definitions();
    ast::InputValueDefinition input_value_definition();
    ast::EnumValueDefinition enum_value_definition();
    ast::DirectiveDefinition directive_definition();
    ast::Name directive_location();

    // parser.cpp
    ast::Definition definition();
    ast::Name name();
    bool at(TokenKind kind) const { return token_.kind == kind; }
    bool at_keyword(std::string_view word) const {
        return at(TokenKind::Name) && token_.text == word;
    }
    bool at_description() const { return at(TokenKind::String) || at(TokenKind::BlockString); }
    const Token& lookahead();
    /// The current token, having gone on to the next.
    Token take();
    Token expect(TokenKind kind);
    void expect_keyword(std::string_view word);
    bool skip(TokenKind kind);
    bool skip_keyword(std::string_view word);
    [[noreturn]] static void fail_unexpected(const Token& token);

    template <typename Parse>
    auto any(TokenKind open, Parse parse, TokenKind close) {
        std::vector<decltype(parse())> items;
        expect(open);
        while (!skip(close)) items.push_back(parse());
        return items;
    }
    template <typename Parse>
    auto many(TokenKind open, Parse parse, TokenKind close) {
        std::vector<decltype(parse())> items;
        expect(open);
        do items.push_back(parse());
        while (!skip(close));
        return items;
    }
    template <typename Parse>
    auto optional_many(TokenKind open, Parse parse, TokenKind close) {
        return at(open) ? many(open, parse, close) : std::vector<decltype(parse())>{};
    }
    template <typename Parse>
    auto delimited_many(TokenKind delimiter, Parse parse) {
        std::vector<decltype(parse())> items;
        skip(delimiter);
        do items.push_back(parse());
        while (skip(delimiter));
        return items;
    }

    /// Counts a level of nesting as long as it lives. The limit keeps recursion, here and in all
    /// that walks the tree later, well within the stack of a thread.
    class Level {
    public:
        explicit Level(Syntax& syntax);
        ~Level() { --syntax_.nesting_; }
        Level(const Level&) = delete;
        Level& operator=(const Level&) = delete;

    private:
        Syntax& syntax_;
    };

    Lexer lexer_;
    const Limits& limits_;
    Token token_;
    std::optional<Token> ahead_;
    std::size_t tokens_ = 0;
    std::size_t nesting_ = 0;
};

constexpr std::size_t kMaxNesting = 200;

/// Of the first byte that is not UTF-8.
Location first_invalid(std::string_view text) {
    const std::string valid = to_valid_utf8(text);
    const auto end = std::mismatch(text.begin(), text.end(), valid.begin(), valid.end()).first;
    Location at;
    for (auto byte = text.begin(); byte != end; ++byte) {
        const auto code = static_cast<unsigned char>(*byte);
        if (*byte == '\n' || (*byte == '\r' && (byte + 1 == end || byte[1] != '\n'))) {
            ++at.line;
            at.column = 1;
        } else if ((code & 0xC0U) != 0x80U) {
            at.column += code >= 0xF0 ? 2 : 1;
        }
    }
    return at;
}

ast::Value literal(ast::ValueKind kind, Token token) {
    ast::Value value;
    value.kind = kind;
    value.block = token.kind == TokenKind::BlockString;
    value.text = std::move(token.text);
    value.at = token.at;
    return value;
}

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

std::variant<ast::Document, RequestError> parse(std::string_view text, const Limits& limits) {
    // Here and nowhere else a failure becomes a value: a bad text is an outcome we expect.
    try {
        if (text.size() > limits.document_bytes) {
            fail_syntax(
                {},
                fmt::format(
                    "Document has {} bytes, the limit is {}.", text.size(), limits.document_bytes
                )
            );
        }
        if (!is_valid_utf8(text)) {
            fail_syntax(first_invalid(text), "Invalid character: the document is not UTF-8.");
        }
        return Syntax(text, limits).document();
    } catch (SyntaxFailure& failure) {
        return std::move(failure.error);
    }
}

Syntax::Syntax(std::string_view text, const Limits& limits) : lexer_(text), limits_(limits) {
    take();
}

Syntax::Level::Level(Syntax& syntax) : syntax_(syntax) {
    if (syntax_.nesting_ >= kMaxNesting) {
        fail_syntax(
            syntax_.token_.at,
            fmt::format("Document is nested too deeply, the limit is {} levels.", kMaxNesting)
        );
    }
    ++syntax_.nesting_;
}

ast::Document Syntax::document() {
    ast::Document document;
    do document.definitions.push_back(definition());
    while (!at(TokenKind::End));
    return document;
}

ast::Definition Syntax::definition() {
    if (at(TokenKind::BraceOpen)) return operation();
    const bool described = at_description();
    const Token keyword = described ? lookahead() : token_;
    if (keyword.kind != TokenKind::Name) fail_unexpected(keyword);
    static constexpr std::string_view kTypeSystem[] = {
        "schema", "scalar", "type", "interface", "union", "enum", "input", "directive"};
    if (std::ranges::find(kTypeSystem, keyword.text) != std::end(kTypeSystem)) {
        return type_system_definition(keyword.text);
    }
    if (described) {
        fail_syntax(
            token_.at,
            "Unexpected description, descriptions are supported only on type definitions."
        );
    }
    if (keyword.text == "query" || keyword.text == "mutation" || keyword.text == "subscription") {
        return operation();
    }
    if (keyword.text == "fragment") return fragment();
    if (keyword.text == "extend") return extension();
    fail_unexpected(keyword);
}

ast::Name Syntax::name() {
    Token token = expect(TokenKind::Name);
    return {.text = std::move(token.text), .at = token.at};
}

const Token& Syntax::lookahead() {
    if (!ahead_) ahead_ = lexer_.next();
    return *ahead_;
}

Token Syntax::take() {
    Token taken = std::move(token_);
    lookahead();
    token_ = std::move(*ahead_);
    ahead_.reset();
    if (!at(TokenKind::End) && ++tokens_ > limits_.tokens) {
        fail_syntax(
            token_.at, fmt::format("Document has too many tokens, the limit is {}.", limits_.tokens)
        );
    }
    return taken;
}

Token Syntax::expect(TokenKind kind) {
    if (at(kind)) return take();
    fail_syntax(token_.at, fmt::format("Expected {}, found {}.", describe(kind), describe(token_)));
}

void Syntax::expect_keyword(std::string_view word) {
    if (skip_keyword(word)) return;
    fail_syntax(token_.at, fmt::format("Expected \"{}\", found {}.", word, describe(token_)));
}

bool Syntax::skip(TokenKind kind) {
    if (!at(kind)) return false;
    take();
    return true;
}

bool Syntax::skip_keyword(std::string_view word) {
    if (!at_keyword(word)) return false;
    take();
    return true;
}

void Syntax::fail_unexpected(const Token& token) {
    fail_syntax(token.at, fmt::format("Unexpected {}.", describe(token)));
}

ast::Operation Syntax::operation() {
    ast::Operation operation;
    operation.at = token_.at;
    if (!at(TokenKind::BraceOpen)) {
        operation.kind = operation_kind();
        if (at(TokenKind::Name)) operation.name = name();
        operation.variables = optional_many(
            TokenKind::ParenOpen, [this] { return variable_definition(); }, TokenKind::ParenClose
        );
        operation.directives = directives(Constness::MayHaveVariables);
    }
    operation.selection_set = selection_set();
    return operation;
}

ast::OperationKind Syntax::operation_kind() {
    const Token keyword = expect(TokenKind::Name);
    if (keyword.text == "query") return ast::OperationKind::Query;
    if (keyword.text == "mutation") return ast::OperationKind::Mutation;
    if (keyword.text == "subscription") return ast::OperationKind::Subscription;
    fail_unexpected(keyword);
}

ast::VariableDefinition Syntax::variable_definition() {
    ast::VariableDefinition definition;
    definition.at = expect(TokenKind::Dollar).at;
    definition.name = name();
    expect(TokenKind::Colon);
    definition.type = type_reference();
    definition.default_value = default_value();
    definition.directives = directives(Constness::Constant);
    return definition;
}

ast::Fragment Syntax::fragment() {
    ast::Fragment fragment;
    fragment.at = token_.at;
    expect_keyword("fragment");
    fragment.name = fragment_name();
    expect_keyword("on");
    fragment.type_condition = name();
    fragment.directives = directives(Constness::MayHaveVariables);
    fragment.selection_set = selection_set();
    return fragment;
}

ast::Name Syntax::fragment_name() {
    // Whatever its kind: a string "on" is as unexpected as the keyword.
    if (token_.text == "on") fail_unexpected(token_);
    return name();
}

ast::SelectionSet Syntax::selection_set() {
    const Level level(*this);
    ast::SelectionSet set;
    set.at = token_.at;
    set.selections = many(
        TokenKind::BraceOpen, [this] { return selection(); }, TokenKind::BraceClose
    );
    return set;
}

ast::Selection Syntax::selection() {
    if (at(TokenKind::Spread)) return spread();
    return field();
}

ast::Field Syntax::field() {
    ast::Field field;
    field.at = token_.at;
    field.name = name();
    if (skip(TokenKind::Colon)) {
        field.alias = std::move(field.name);
        field.name = name();
    }
    field.arguments = arguments(Constness::MayHaveVariables);
    field.directives = directives(Constness::MayHaveVariables);
    if (at(TokenKind::BraceOpen)) field.selection_set = selection_set();
    return field;
}

ast::Selection Syntax::spread() {
    const Location start = expect(TokenKind::Spread).at;
    const bool conditional = skip_keyword("on");
    if (!conditional && at(TokenKind::Name)) {
        ast::FragmentSpread spread;
        spread.at = start;
        spread.name = fragment_name();
        spread.directives = directives(Constness::MayHaveVariables);
        return spread;
    }
    ast::InlineFragment fragment;
    fragment.at = start;
    if (conditional) fragment.type_condition = name();
    fragment.directives = directives(Constness::MayHaveVariables);
    fragment.selection_set = selection_set();
    return fragment;
}

ast::Value Syntax::value(Constness constness) {
    switch (token_.kind) {
        case TokenKind::BracketOpen:
            return list(constness);
        case TokenKind::BraceOpen:
            return object(constness);
        case TokenKind::Int:
            return literal(ast::ValueKind::Int, take());
        case TokenKind::Float:
            return literal(ast::ValueKind::Float, take());
        case TokenKind::String:
        case TokenKind::BlockString:
            return literal(ast::ValueKind::String, take());
        case TokenKind::Name:
            return named_value();
        case TokenKind::Dollar:
            return variable(constness);
        default:
            fail_unexpected(token_);
    }
}

ast::Value Syntax::named_value() {
    Token token = take();
    const std::string& text = token.text;
    if (text == "null") return literal(ast::ValueKind::Null, Token{token.kind, {}, token.at});
    const bool boolean = text == "true" || text == "false";
    return literal(boolean ? ast::ValueKind::Boolean : ast::ValueKind::Enum, std::move(token));
}

ast::Value Syntax::variable(Constness constness) {
    const Token dollar = expect(TokenKind::Dollar);
    if (constness == Constness::Constant) {
        if (!at(TokenKind::Name)) fail_unexpected(dollar);
        fail_syntax(
            dollar.at, fmt::format("Unexpected variable \"${}\" in constant value.", token_.text)
        );
    }
    ast::Value value = literal(ast::ValueKind::Variable, expect(TokenKind::Name));
    value.at = dollar.at;
    return value;
}

ast::Value Syntax::list(Constness constness) {
    const Level level(*this);
    ast::Value value;
    value.kind = ast::ValueKind::List;
    value.at = token_.at;
    const auto item = [this, constness] { return this->value(constness); };
    value.items = any(TokenKind::BracketOpen, item, TokenKind::BracketClose);
    return value;
}

ast::Value Syntax::object(Constness constness) {
    const Level level(*this);
    ast::Value value;
    value.kind = ast::ValueKind::Object;
    value.at = token_.at;
    const auto field = [this, constness] { return object_field(constness); };
    value.fields = any(TokenKind::BraceOpen, field, TokenKind::BraceClose);
    return value;
}

ast::ObjectField Syntax::object_field(Constness constness) {
    ast::ObjectField field;
    field.name = name();
    expect(TokenKind::Colon);
    field.value = value(constness);
    return field;
}

std::optional<ast::Value> Syntax::default_value() {
    if (!skip(TokenKind::Equals)) return std::nullopt;
    return value(Constness::Constant);
}

std::vector<ast::Argument> Syntax::arguments(Constness constness) {
    const auto argument = [this, constness] {
        ast::Argument result;
        result.name = name();
        expect(TokenKind::Colon);
        result.value = value(constness);
        return result;
    };
    return optional_many(TokenKind::ParenOpen, argument, TokenKind::ParenClose);
}

std::vector<ast::Directive> Syntax::directives(Constness constness) {
    std::vector<ast::Directive> result;
    while (at(TokenKind::At)) {
        ast::Directive directive;
        directive.at = take().at;
        directive.name = name();
        directive.arguments = arguments(constness);
        result.push_back(std::move(directive));
    }
    return result;
}

ast::TypeReference Syntax::type_reference() {
    const Level level(*this);
    ast::TypeReference type;
    type.at = token_.at;
    if (skip(TokenKind::BracketOpen)) {
        type.kind = ast::TypeReference::Kind::List;
        type.of.push_back(type_reference());
        expect(TokenKind::BracketClose);
    } else {
        type.name = name();
    }
    if (!skip(TokenKind::Bang)) return type;
    ast::TypeReference required;
    required.kind = ast::TypeReference::Kind::NonNull;
    required.at = type.at;
    required.of.push_back(std::move(type));
    return required;
}

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
    if (!is_directive_location(location.text)) {
        fail_unexpected(token);
    }
    return location;
}

bool is_directive_location(std::string_view name) {
    return std::ranges::find(kDirectiveLocations, name) != std::end(kDirectiveLocations);
}

}  // namespace migrator::graphql
