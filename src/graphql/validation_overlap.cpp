#include <fmt/format.h>

#include <algorithm>

#include "graphql/overlap.hpp"
#include "graphql/validation_rules.hpp"

namespace migrator::graphql {
namespace {

class OverlapRule : public Rule {
public:
    explicit OverlapRule(ValidationContext& context) : Rule(context), finder_(context) {}

    void selection_set(const ast::SelectionSet& node, const Type* parent) override {
        if (finder_.is_exhausted()) return;
        for (OverlapFinder::Conflict& conflict : finder_.conflicts_in(node, parent)) {
            std::vector<Location> locations = std::move(conflict.first);
            std::ranges::copy(conflict.second, std::back_inserter(locations));
            context().report(
                fmt::format(
                    "Fields \"{}\" conflict because {}. Use different aliases on the fields to "
                    "fetch both if this was intentional.",
                    conflict.response_key,
                    conflict.reason
                ),
                std::move(locations)
            );
        }
        if (!finder_.is_exhausted()) return;
        context().report(
            "Document is too complex: too many fields and fragments to check for conflicts.",
            {node.at}
        );
    }

private:
    OverlapFinder finder_;
};

}  // namespace

std::unique_ptr<Rule> overlap_rule(ValidationContext& context) {
    return std::make_unique<OverlapRule>(context);
}

}  // namespace migrator::graphql
