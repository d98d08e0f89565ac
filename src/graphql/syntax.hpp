#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "graphql/ast.hpp"
#include "graphql/lexer.hpp"
#include "graphql/limits.hpp"

namespace migrator::graphql {

/// The grammar, a function for each rule of the specification's appendix B. All of them throw
/// SyntaxFailure.
class Syntax {
public:
    /// `text` is valid UTF-8 and lives as long as this.
    Syntax(std::string_view text, const Limits& limits);

    ast::Document document();

private:
    enum class Constness : bool { Constant, MayHaveVariables };

    // parser_executable.cpp
    ast::Operation operation();
    ast::OperationKind operation_kind();
    ast::VariableDefinition variable_definition();
    ast::Fragment fragment();
    ast::Name fragment_name();
    ast::SelectionSet selection_set();
    ast::Selection selection();
    ast::Field field();
    ast::Selection spread();

    // parser_values.cpp
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

    // parser_type_system.cpp
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

}  // namespace migrator::graphql
