#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "graphql/validation_rules.hpp"

namespace migrator::graphql {
namespace {

class DirectiveRules : public Rule {
public:
    using Rule::Rule;

    void directives(const std::vector<ast::Directive>& nodes, std::string_view location) override {
        std::unordered_map<std::string_view, Location> seen;
        for (const ast::Directive& node : nodes) {
            if (context().defines_directive(node.name.text)) continue;
            const DirectiveType* type = context().schema().directive(node.name.text);
            if (type == nullptr) {
                report("Unknown directive \"@{}\".", node.name.text, {node.at});
                continue;
            }
            if (std::ranges::find(type->locations, location) == type->locations.end()) {
                context().report(
                    fmt::format(
                        "Directive \"@{}\" may not be used on {}.", node.name.text, location
                    ),
                    {node.at}
                );
            }
            if (type->is_repeatable) continue;
            const auto [first, is_new] = seen.emplace(node.name.text, node.at);
            if (is_new) continue;
            report(
                "The directive \"@{}\" can only be used once at this location.",
                node.name.text,
                {first->second, node.at}
            );
        }
    }

private:
    void report(
        fmt::format_string<const std::string&> message,
        const std::string& name,
        std::vector<Location> at
    ) {
        context().report(fmt::format(message, name), std::move(at));
    }
};

}  // namespace

std::unique_ptr<Rule> directive_rules(ValidationContext& context) {
    return std::make_unique<DirectiveRules>(context);
}

}  // namespace migrator::graphql
