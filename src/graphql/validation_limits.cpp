#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <unordered_map>

#include "graphql/validation_rules.hpp"

namespace migrator::graphql {
namespace {

/// What a selection set costs with its fragments.
struct Cost {
    std::size_t depth = 0;
    std::size_t fields = 0;

    void add(const Cost& other) {
        depth = std::max(depth, other.depth);
        // Fragments in fragments double it each time: it may not wrap around.
        constexpr std::size_t kMost = std::numeric_limits<std::size_t>::max();
        fields = other.fields > kMost - fields ? kMost : fields + other.fields;
    }
};

class Counter {
public:
    explicit Counter(ValidationContext& context) : context_(context) {
        // A fragment that is not counted yet is one in a cycle: NoFragmentCycles reports it.
        for (const ast::Fragment* fragment : context.innermost_first()) {
            fragments_[fragment] = cost(fragment->selection_set);
        }
    }

    /// The set's own level counted.
    Cost cost(const ast::SelectionSet& set) {
        Cost result{.depth = 1};
        for (const ast::Selection& selection : set.selections) {
            if (const auto* field = std::get_if<ast::Field>(&selection)) {
                if (field->alias) ++aliases_;
                Cost below{.fields = 1};
                if (field->selection_set) {
                    below.add(cost(*field->selection_set));
                    ++below.depth;
                }
                result.add(below);
            } else if (const auto* spread = std::get_if<ast::FragmentSpread>(&selection)) {
                const auto counted = fragments_.find(context_.fragment(spread->name.text));
                if (counted != fragments_.end()) result.add(counted->second);
            } else {
                result.add(cost(std::get<ast::InlineFragment>(selection).selection_set));
            }
        }
        return result;
    }

    std::size_t aliases() const { return aliases_; }

private:
    ValidationContext& context_;
    std::unordered_map<const ast::Fragment*, Cost> fragments_;
    std::size_t aliases_ = 0;
};

}  // namespace

bool exceeds_limits(ValidationContext& context) {
    const Limits& limits = context.limits();
    Counter counter(context);
    bool exceeded = false;
    const auto check = [&](std::string_view what, std::size_t found, std::size_t most, Location at
                       ) {
        if (found <= most) return;
        exceeded = true;
        context.report(fmt::format("{}, the limit is {}.", what, most), {at});
    };
    for (const ast::Operation* operation : context.operations()) {
        const Cost cost = counter.cost(operation->selection_set);
        const std::string depth =
            fmt::format("Operation is too deep: {} levels of selection sets", cost.depth);
        check(depth, cost.depth, limits.depth, operation->at);
        const std::string fields =
            fmt::format("Operation is too complex: {} fields with its fragments", cost.fields);
        check(fields, cost.fields, limits.complexity, operation->at);
    }
    const std::string aliases = fmt::format("Document has too many aliases: {}", counter.aliases());
    check(aliases, counter.aliases(), limits.aliases, Location{});
    return exceeded;
}

}  // namespace migrator::graphql
