#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "graphql/validation_rules.hpp"

namespace migrator::graphql {
namespace {

class ArgumentRules : public Rule {
public:
    using Rule::Rule;

    void field(const FieldPlace& place) override {
        check_unique(place.node.arguments);
        if (place.definition == nullptr) return;
        const std::string& name = place.definition->name;
        check_known(
            place.node.arguments,
            *place.definition,
            fmt::format("field \"{}.{}\"", place.parent->name, name)
        );
        check_required(
            place.node.arguments,
            *place.definition,
            fmt::format("Field \"{}\"", name),
            place.node.at
        );
    }

    void directives(
        const std::vector<ast::Directive>& nodes, std::string_view /*location*/
    ) override {
        for (const ast::Directive& node : nodes) {
            check_unique(node.arguments);
            const std::string& name = node.name.text;
            const DirectiveType* type = context().schema().directive(name);
            if (type == nullptr || context().defines_directive(name)) continue;
            check_known(node.arguments, *type, fmt::format("directive \"@{}\"", name));
            check_required(node.arguments, *type, fmt::format("Directive \"@{}\"", name), node.at);
        }
    }

private:
    void check_unique(const std::vector<ast::Argument>& arguments) {
        // One error for all arguments of a name; in the order of their first ones.
        std::unordered_map<std::string_view, std::vector<Location>> places;
        for (const ast::Argument& argument : arguments) {
            places[argument.name.text].push_back(argument.name.at);
        }
        for (const ast::Argument& argument : arguments) {
            const std::vector<Location>& all = places[argument.name.text];
            if (all.size() == 1 || all[0] != argument.name.at) continue;
            context().report(
                fmt::format("There can be only one argument named \"{}\".", argument.name.text), all
            );
        }
    }

    template <typename Definition>
    void check_known(
        const std::vector<ast::Argument>& arguments,
        const Definition& definition,
        const std::string& where
    ) {
        for (const ast::Argument& argument : arguments) {
            if (definition.argument(argument.name.text) != nullptr) continue;
            context().report(
                fmt::format("Unknown argument \"{}\" on {}.", argument.name.text, where),
                {argument.name.at}
            );
        }
    }

    template <typename Definition>
    void check_required(
        const std::vector<ast::Argument>& arguments,
        const Definition& definition,
        const std::string& where,
        Location at
    ) {
        for (const InputValue& wanted : definition.arguments) {
            if (!wanted.is_required()) continue;
            const bool given = std::ranges::any_of(arguments, [&](const ast::Argument& argument) {
                return argument.name.text == wanted.name;
            });
            if (given) continue;
            context().report(
                fmt::format(
                    "{} argument \"{}\" of type \"{}\" is required, but it was not provided.",
                    where,
                    wanted.name,
                    wanted.type.text()
                ),
                {at}
            );
        }
    }
};

}  // namespace

std::unique_ptr<Rule> argument_rules(ValidationContext& context) {
    return std::make_unique<ArgumentRules>(context);
}

}  // namespace migrator::graphql
