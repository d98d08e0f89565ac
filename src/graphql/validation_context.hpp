#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "graphql/ast.hpp"
#include "graphql/error.hpp"
#include "graphql/limits.hpp"
#include "graphql/schema.hpp"

namespace migrator::graphql {

/// `ValidationContext::report` throws it once there are enough errors; `validate` catches it.
struct EnoughErrors {};

/// What the rules share: where to look things up, and where errors go.
class ValidationContext {
public:
    ValidationContext(const Schema& schema, const ast::Document& document, const Limits& limits);
    ValidationContext(const ValidationContext&) = delete;
    ValidationContext& operator=(const ValidationContext&) = delete;

    const Schema& schema() const { return schema_; }
    const ast::Document& document() const { return document_; }
    const Limits& limits() const { return limits_; }
    const std::vector<const ast::Operation*>& operations() const { return operations_; }
    /// In their order, with those whose name is there twice.
    const std::vector<const ast::Fragment*>& fragments() const { return fragments_; }

    /// A message that is endless because its names are is cut. Throws EnoughErrors at the limit.
    void report(const std::string& message, std::vector<Location> locations);
    std::vector<RequestError> take_errors() { return std::move(errors_); }

    /// Null when there is none; the last one of several.
    const ast::Fragment* fragment(std::string_view name) const;
    /// Null when the schema does not show such a type: also for a built-in scalar it never uses.
    const Type* type(std::string_view name) const;
    const Type* condition(const ast::Fragment& fragment) const;
    /// Nothing when there is no such type.
    std::optional<TypeRef> type_of(const ast::TypeReference& reference) const;
    /// Whether the document itself has a definition of it: no executable one, but a known name.
    bool defines_type(std::string_view name) const { return defined_types_.contains(name); }
    bool defines_directive(std::string_view name) const;

    /// The spreads anywhere in the set, inline fragments and sub-fields included.
    const std::vector<const ast::FragmentSpread*>& spreads(const ast::SelectionSet& set);
    /// The fragments that the operation uses, however far down.
    const std::vector<const ast::Fragment*>& fragments_of(const ast::Operation& operation);
    /// All fragments, each after those it spreads. In a cycle one has to come first all the same.
    std::vector<const ast::Fragment*> innermost_first();

    /// Whether a value can be of both types.
    bool overlap(const Type& a, const Type& b) const;

private:
    const Schema& schema_;
    const ast::Document& document_;
    const Limits& limits_;
    std::vector<RequestError> errors_;
    std::vector<const ast::Operation*> operations_;
    std::vector<const ast::Fragment*> fragments_;
    std::unordered_map<std::string_view, const ast::Fragment*> fragments_by_name_;
    std::unordered_set<std::string_view> defined_types_;
    std::unordered_set<std::string_view> defined_directives_;
    std::unordered_map<const ast::SelectionSet*, std::vector<const ast::FragmentSpread*>> spreads_;
    std::unordered_map<const ast::Operation*, std::vector<const ast::Fragment*>> used_;
};

}  // namespace migrator::graphql
