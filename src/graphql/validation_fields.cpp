#include <fmt/format.h>

#include "graphql/validation_rules.hpp"

namespace migrator::graphql {
namespace {

class FieldRules : public Rule {
public:
    using Rule::Rule;

    void named_type(const ast::Name& name) override {
        if (context().type(name.text) != nullptr || context().defines_type(name.text)) return;
        context().report(fmt::format("Unknown type \"{}\".", name.text), {name.at});
    }

    void field(const FieldPlace& place) override {
        if (place.definition != nullptr) {
            check_selection(place.node, place.definition->type);
        } else if (place.parent != nullptr) {
            context().report(
                fmt::format(
                    "Cannot query field \"{}\" on type \"{}\".",
                    place.node.name.text,
                    place.parent->name
                ),
                {place.node.at}
            );
        }
    }

private:
    void check_selection(const ast::Field& node, const TypeRef& type) {
        const std::string& name = node.name.text;
        if (type.named->is_leaf() && node.selection_set) {
            context().report(
                fmt::format(
                    "Field \"{}\" must not have a selection since type \"{}\" has no subfields.",
                    name,
                    type.text()
                ),
                {node.selection_set->at}
            );
        } else if (!type.named->is_leaf() && !node.selection_set) {
            context().report(
                fmt::format(
                    "Field \"{0}\" of type \"{1}\" must have a selection of subfields. "
                    "Did you mean \"{0} {{ ... }}\"?",
                    name,
                    type.text()
                ),
                {node.at}
            );
        }
    }
};

}  // namespace

std::unique_ptr<Rule> field_rules(ValidationContext& context) {
    return std::make_unique<FieldRules>(context);
}

}  // namespace migrator::graphql
