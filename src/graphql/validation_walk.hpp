#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "graphql/validation_context.hpp"

namespace migrator::graphql {

struct FieldPlace {
    const ast::Field& node;
    const Type* parent;           ///< null: what it stands in is not known
    const FieldType* definition;  ///< null: the parent has no such field
};

/// What an input value is for.
struct InputPlace {
    std::optional<TypeRef> type;  ///< nothing: not known
    bool has_default = false;     ///< of the argument or input field, not of a variable
};

/// A rule that looks at the parts of the executable definitions, outer before inner.
class Rule {
public:
    explicit Rule(ValidationContext& context) : context_(context) {}
    virtual ~Rule() = default;
    Rule(const Rule&) = delete;
    Rule& operator=(const Rule&) = delete;

    virtual void operation(const ast::Operation&) {}
    virtual void fragment(const ast::Fragment&) {}
    virtual void variable(const ast::VariableDefinition&) {}
    /// In variables and type conditions.
    virtual void named_type(const ast::Name&) {}
    /// `parent` is null when it is not known or can't have fields.
    virtual void selection_set(const ast::SelectionSet&, const Type* /*parent*/) {}
    virtual void field(const FieldPlace&) {}
    virtual void spread(const ast::FragmentSpread&, const Type* /*parent*/) {}
    virtual void inline_fragment(const ast::InlineFragment&, const Type* /*parent*/) {}
    /// All that stand at one place, whose name is `location`: "FIELD".
    virtual void directives(const std::vector<ast::Directive>&, std::string_view /*location*/) {}
    /// Of an argument, or the default of a variable.
    virtual void value(const ast::Value&, const InputPlace&) {}
    /// After all else.
    virtual void finish() {}

protected:
    ValidationContext& context() { return context_; }

private:
    ValidationContext& context_;
};

using Rules = std::vector<std::unique_ptr<Rule>>;

/// Shows the document to the rules.
void walk(ValidationContext& context, const Rules& rules);

}  // namespace migrator::graphql
