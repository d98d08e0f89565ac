#include <fmt/format.h>

#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "graphql/validation_rules.hpp"

namespace migrator::graphql {
namespace {

void check_fragment_names(ValidationContext& context) {
    std::unordered_map<std::string_view, Location> seen;
    for (const ast::Fragment* fragment : context.fragments()) {
        const auto [first, is_new] = seen.emplace(fragment->name.text, fragment->name.at);
        if (is_new) continue;
        context.report(
            fmt::format("There can be only one fragment named \"{}\".", fragment->name.text),
            {first->second, fragment->name.at}
        );
    }
}

void check_used(ValidationContext& context) {
    std::unordered_set<std::string_view> used;
    for (const ast::Operation* operation : context.operations()) {
        for (const ast::Fragment* fragment : context.fragments_of(*operation)) {
            used.insert(fragment->name.text);
        }
    }
    for (const ast::Fragment* fragment : context.fragments()) {
        if (used.contains(fragment->name.text)) continue;
        context.report(
            fmt::format("Fragment \"{}\" is never used.", fragment->name.text), {fragment->at}
        );
    }
}

/// Goes along the spreads in depth and reports each that leads back to a fragment on the way. Each
/// fragment is gone into once, so that the work is linear.
class Cycles {
public:
    explicit Cycles(ValidationContext& context) : context_(context) {}

    void search_from(const ast::Fragment& fragment) {
        enter(fragment);
        // No recursion: a chain may be as long as the document.
        while (!open_.empty()) {
            Open& top = open_.back();
            if (top.next_spread == top.spreads->size()) {
                leave();
            } else {
                follow(*(*top.spreads)[top.next_spread++]);
            }
        }
    }

private:
    struct Open {
        const ast::Fragment* fragment;
        const std::vector<const ast::FragmentSpread*>* spreads;
        std::size_t next_spread = 0;
    };

    bool enter(const ast::Fragment& fragment) {
        if (!seen_.insert(fragment.name.text).second) return false;
        index_by_name_[fragment.name.text] = path_.size();
        open_.push_back({&fragment, &context_.spreads(fragment.selection_set)});
        return true;
    }

    void leave() {
        index_by_name_.erase(open_.back().fragment->name.text);
        open_.pop_back();
        if (!open_.empty()) path_.pop_back();
    }

    void follow(const ast::FragmentSpread& spread) {
        path_.push_back(&spread);
        const auto on_the_way = index_by_name_.find(spread.name.text);
        if (on_the_way != index_by_name_.end()) {
            report(on_the_way->second);
        } else if (const ast::Fragment* next = context_.fragment(spread.name.text)) {
            if (enter(*next)) return;
        }
        path_.pop_back();
    }

    void report(std::size_t start) {
        std::string via;
        std::vector<Location> locations;
        for (std::size_t i = start; i < path_.size(); ++i) {
            locations.push_back(path_[i]->at);
            if (i + 1 == path_.size()) break;
            via += fmt::format("{}\"{}\"", via.empty() ? " via " : ", ", path_[i]->name.text);
        }
        context_.report(
            fmt::format(
                "Cannot spread fragment \"{}\" within itself{}.", path_.back()->name.text, via
            ),
            std::move(locations)
        );
    }

    ValidationContext& context_;
    std::unordered_set<std::string_view> seen_;
    std::vector<Open> open_;
    std::vector<const ast::FragmentSpread*> path_;
    std::unordered_map<std::string_view, std::size_t> index_by_name_;
};

class SpreadRules : public Rule {
public:
    using Rule::Rule;

    void fragment(const ast::Fragment& node) override {
        check_composite(node.type_condition, fmt::format("Fragment \"{}\"", node.name.text));
    }

    void inline_fragment(const ast::InlineFragment& node, const Type* parent) override {
        if (!node.type_condition) return;
        check_composite(*node.type_condition, "Fragment");
        const Type* type = context().type(node.type_condition->text);
        if (can_be_spread(type, parent)) return;
        report("Fragment", *type, *parent, node.at);
    }

    void spread(const ast::FragmentSpread& node, const Type* parent) override {
        const ast::Fragment* fragment = context().fragment(node.name.text);
        if (fragment == nullptr) {
            context().report(
                fmt::format("Unknown fragment \"{}\".", node.name.text), {node.name.at}
            );
            return;
        }
        const Type* type = context().condition(*fragment);
        if (can_be_spread(type, parent)) return;
        report(fmt::format("Fragment \"{}\"", node.name.text), *type, *parent, node.at);
    }

private:
    void check_composite(const ast::Name& condition, const std::string& what) {
        const Type* type = context().type(condition.text);
        if (type == nullptr || type->is_composite()) return;
        context().report(
            fmt::format("{} cannot condition on non composite type \"{}\".", what, condition.text),
            {condition.at}
        );
    }

    /// Also where one of them is wrong in itself, which has been reported then.
    bool can_be_spread(const Type* type, const Type* parent) {
        const bool known = type != nullptr && type->is_composite() && parent != nullptr;
        return !known || context().overlap(*type, *parent);
    }

    void report(const std::string& what, const Type& type, const Type& parent, Location at) {
        context().report(
            fmt::format(
                "{} cannot be spread here as objects of type \"{}\" can never be of type \"{}\".",
                what,
                parent.name,
                type.name
            ),
            {at}
        );
    }
};

}  // namespace

void check_fragments(ValidationContext& context) {
    check_fragment_names(context);
    check_used(context);
    Cycles cycles(context);
    for (const ast::Fragment* fragment : context.fragments()) cycles.search_from(*fragment);
}

std::unique_ptr<Rule> spread_rules(ValidationContext& context) {
    return std::make_unique<SpreadRules>(context);
}

}  // namespace migrator::graphql
