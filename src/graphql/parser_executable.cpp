#include "graphql/syntax.hpp"

namespace migrator::graphql {

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

}  // namespace migrator::graphql
