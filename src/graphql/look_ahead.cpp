#include <algorithm>
#include <map>
#include <set>

#include "graphql/selection.hpp"

namespace migrator::graphql {
namespace {

/// Field nodes by the object type that their values can have.
using Scopes = std::map<const Type*, FieldNodes>;

void add(Scopes& scopes, const Schema& schema, const Type& type, const FieldNodes& nodes) {
    if (!type.is_composite()) return;
    for (const Type* possible : schema.possible_types(type)) {
        FieldNodes& all = scopes[possible];
        for (const ast::Field* node : nodes) {
            // The same node comes by way of each type of its parent.
            if (std::ranges::find(all, node) == all.end()) all.push_back(node);
        }
    }
}

class SelectedFields final : public Selected {
public:
    SelectedFields(const Selections& selections, const Scopes& scopes) : selections_(selections) {
        for (const auto& [type, nodes] : scopes) {
            for (const CollectedField& field : selections.collect_below(*type, nodes)) {
                const std::string_view name = field.nodes.front()->name.text;
                Entry& entry = entries_[name];
                entry.keys.insert(field.key);
                const FieldType* definition = selections.schema().field_of(*type, name);
                if (definition == nullptr) continue;
                add(entry.below, selections.schema(), *definition->type.named, field.nodes);
            }
        }
    }

    bool has(std::string_view field) const override { return entries_.contains(field); }

    std::size_t count(std::string_view field) const override {
        const auto found = entries_.find(field);
        return found == entries_.end() ? 0 : found->second.keys.size();
    }

    std::unique_ptr<Selected> below(std::string_view field) const override {
        const auto found = entries_.find(field);
        return std::make_unique<SelectedFields>(
            selections_, found == entries_.end() ? Scopes() : found->second.below
        );
    }

private:
    struct Entry {
        std::set<std::string_view> keys;
        Scopes below;
    };

    const Selections& selections_;
    std::map<std::string_view, Entry> entries_;
};

}  // namespace

std::unique_ptr<Selected> look_ahead(
    const Selections& selections, const Type& type, const FieldNodes& fields
) {
    Scopes scopes;
    add(scopes, selections.schema(), type, fields);
    return std::make_unique<SelectedFields>(selections, scopes);
}

}  // namespace migrator::graphql
