#include <fmt/format.h>

#include "graphql/syntax.hpp"

namespace migrator::graphql {
namespace {

ast::Value literal(ast::ValueKind kind, Token token) {
    ast::Value value;
    value.kind = kind;
    value.block = token.kind == TokenKind::BlockString;
    value.text = std::move(token.text);
    value.at = token.at;
    return value;
}

}  // namespace

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

}  // namespace migrator::graphql
