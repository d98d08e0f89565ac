#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "graphql/ast.hpp"
#include "graphql/execution.hpp"
#include "graphql/schema.hpp"

namespace migrator::graphql {

/// Fields of the document under one response key.
using FieldNodes = std::vector<const ast::Field*>;

struct CollectedField {
    std::string_view key;
    FieldNodes nodes;
};
using CollectedFields = std::vector<CollectedField>;

/// Finds what a document selects of a type (section 6.3.2), given the variables. Refers to all
/// that it was made of.
class Selections {
public:
    Selections(
        const Schema& schema, const ast::Document& document, const boost::json::object& variables
    );

    /// In the order of the answer. Throws FieldError when a condition of @skip or @include is null.
    CollectedFields collect(const Type& object, const ast::SelectionSet& selection_set) const;
    /// What is selected below all of `fields`, merged.
    CollectedFields collect_below(const Type& object, const FieldNodes& fields) const;
    const Schema& schema() const { return schema_; }

private:
    struct Collecting;
    void collect(const ast::SelectionSet& selection_set, Collecting& into) const;
    void collect_fragment(const ast::FragmentSpread& spread, Collecting& into) const;
    bool is_included(const std::vector<ast::Directive>& directives) const;
    bool applies(const ast::Name& condition, const Type& object) const;

    const Schema& schema_;
    const boost::json::object& variables_;
    std::unordered_map<std::string_view, const ast::Fragment*> fragments_;
};

/// The look-ahead from `fields`, whose values are of `type`. `selections` has to live longer.
std::unique_ptr<Selected> look_ahead(
    const Selections& selections, const Type& type, const FieldNodes& fields
);

}  // namespace migrator::graphql
