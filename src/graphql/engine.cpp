#include "graphql/engine.hpp"

#include <fmt/format.h>

#include "core/utf8.hpp"
#include "graphql/document_cache.hpp"
#include "graphql/parser.hpp"
#include "graphql/validation.hpp"

namespace migrator::graphql {
namespace {

using Errors = std::vector<RequestError>;

Errors one_error(std::string message) { return {RequestError{.message = std::move(message)}}; }

Errors no_operations() { return one_error("no operations in query document"); }

/// Nothing but white space, commas and comments.
bool is_blank(std::string_view document) {
    document = without_byte_order_mark(document);
    while (true) {
        const std::size_t begin = document.find_first_not_of(" \t\r\n,");
        if (begin == std::string_view::npos) return true;
        if (document[begin] != '#') return false;
        const std::size_t end = document.find_first_of("\r\n", begin);
        if (end == std::string_view::npos) return true;
        document.remove_prefix(end);
    }
}

std::variant<const ast::Operation*, Errors> pick_operation(
    const ast::Document& document, std::string_view name
) {
    const ast::Operation* first = nullptr;
    std::size_t count = 0;
    for (const ast::Definition& definition : document.definitions) {
        const auto* operation = std::get_if<ast::Operation>(&definition);
        if (operation == nullptr) continue;
        if (!name.empty() && operation->name && operation->name->text == name) return operation;
        if (count++ == 0) first = operation;
    }
    if (count == 0) return no_operations();
    if (!name.empty()) return one_error(fmt::format("no operation with name \"{}\"", name));
    if (count > 1) {
        return one_error("more than one operation in query document and no operation name given");
    }
    return first;
}

std::string_view kind_name(ast::OperationKind kind) {
    switch (kind) {
        case ast::OperationKind::Query:
            return "query";
        case ast::OperationKind::Mutation:
            return "mutation";
        case ast::OperationKind::Subscription:
            return "subscription";
    }
    return {};
}

}  // namespace

struct Engine::State {
    State(Schema of, EngineOptions with)
        : schema(std::move(of)),
          options(with),
          documents(options.cached_documents, options.cached_bytes) {}

    /// Parsed and valid, or what is wrong with it.
    std::variant<std::shared_ptr<const ast::Document>, Errors> document(std::string_view text) {
        if (auto known = documents.find(text)) return known;
        if (is_blank(text)) return no_operations();
        auto parsed = parse(text, options.limits);
        if (auto* error = std::get_if<RequestError>(&parsed)) return Errors{std::move(*error)};
        auto made =
            std::make_shared<const ast::Document>(std::get<ast::Document>(std::move(parsed)));
        if (Errors errors = validate(schema, *made, options.limits); !errors.empty()) {
            return errors;
        }
        documents.keep(text, made);
        return made;
    }

    const Schema schema;
    const EngineOptions options;
    DocumentCache documents;
};

Engine::Engine(Schema schema, EngineOptions options) {
    schema.check_resolvers();
    state_ = std::make_unique<State>(std::move(schema), options);
}

Engine::~Engine() = default;

const Schema& Engine::schema() const { return state_->schema; }

std::variant<std::shared_ptr<const Prepared>, Errors> Engine::prepare(
    std::string_view document,
    std::optional<std::string_view> operation_name,
    const boost::json::object& variables
) const {
    auto valid = state_->document(document);
    if (auto* errors = std::get_if<Errors>(&valid)) return std::move(*errors);
    auto prepared = std::make_shared<Prepared>();
    prepared->document = std::get<std::shared_ptr<const ast::Document>>(std::move(valid));
    prepared->schema = &state_->schema;

    auto picked = pick_operation(*prepared->document, operation_name.value_or(""));
    if (auto* errors = std::get_if<Errors>(&picked)) return std::move(*errors);
    prepared->operation = std::get<const ast::Operation*>(picked);
    if (state_->schema.root(prepared->operation->kind) == nullptr) {
        return one_error(
            fmt::format("this service does not support {}s", kind_name(prepared->operation->kind))
        );
    }

    auto coerced = coerce_variables(
        state_->schema, *prepared->operation, variables, state_->options.unknown_fields
    );
    if (auto* errors = std::get_if<Errors>(&coerced)) return std::move(*errors);
    prepared->variables = std::get<boost::json::object>(std::move(coerced));
    return std::shared_ptr<const Prepared>(std::move(prepared));
}

}  // namespace migrator::graphql
