#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "graphql/coercion.hpp"
#include "graphql/error.hpp"
#include "graphql/execution.hpp"
#include "graphql/limits.hpp"
#include "graphql/schema.hpp"

namespace migrator::graphql {

/// An operation that may be executed, with its variables.
struct Prepared {
    std::shared_ptr<const ast::Document> document;
    const ast::Operation* operation = nullptr;  ///< in `document`
    boost::json::object variables;              ///< coerced
    const Schema* schema = nullptr;
};

struct EngineOptions {
    Limits limits;
    std::size_t cached_documents = 256;    ///< parsed and validated ones, by text
    std::size_t cached_bytes = 4'194'304;  ///< of their texts together
    UnknownFields unknown_fields = UnknownFields::AreErrors;
};

/// A schema and the documents that were asked of it. Safe for all threads.
class Engine {
public:
    /// Throws Internal when an object field has no resolver.
    explicit Engine(Schema schema, EngineOptions options = {});
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    const Schema& schema() const;

    /// Parses, validates, picks the operation (an empty name is none) and coerces the variables; or
    /// says what is wrong. Messages: "no operations in query document", "more than one operation in
    /// query document and no operation name given", `no operation with name "X"`.
    std::variant<std::shared_ptr<const Prepared>, std::vector<RequestError>> prepare(
        std::string_view document,
        std::optional<std::string_view> operation_name,
        const boost::json::object& variables
    ) const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace migrator::graphql
