#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "graphql/parser.hpp"
#include "graphql/schema.hpp"

/// FieldsInSetCanMerge of the specification as it stands there: every pair, every time. For small
/// documents without cycles of fragments.
namespace migrator::graphql::test {

class NaiveMerge {
public:
    NaiveMerge(const Schema& schema, const ast::Document& document) : schema_(schema) {
        for (const ast::Definition& definition : document.definitions) {
            if (const auto* fragment = std::get_if<ast::Fragment>(&definition)) {
                fragments_[fragment->name.text] = fragment;
            }
        }
        for (const ast::Definition& definition : document.definitions) {
            if (const auto* operation = std::get_if<ast::Operation>(&definition)) {
                check(operation->selection_set, schema.root(operation->kind));
            } else if (const auto* fragment = std::get_if<ast::Fragment>(&definition)) {
                check(fragment->selection_set, schema.type(fragment->type_condition.text));
            }
        }
    }

    bool has_conflict() const { return has_conflict_; }

private:
    struct Entry {
        const Type* parent;
        const ast::Field* node;
        const FieldType* definition;

        const Type* type() const {
            return definition == nullptr ? nullptr : definition->type.named;
        }
    };
    using Groups = std::map<std::string, std::vector<Entry>>;

    void check(const ast::SelectionSet& set, const Type* parent) {
        Groups groups;
        std::set<std::string> seen;
        collect(groups, seen, set, parent);
        compare(groups, false);
        for (const auto& [key, entries] : groups) {
            for (const Entry& entry : entries) {
                if (entry.node->selection_set) check(*entry.node->selection_set, entry.type());
            }
        }
    }

    void collect(
        Groups& groups,
        std::set<std::string>& seen,
        const ast::SelectionSet& set,
        const Type* parent
    ) {
        for (const ast::Selection& selection : set.selections) {
            if (const auto* field = std::get_if<ast::Field>(&selection)) {
                const FieldType* definition =
                    parent == nullptr ? nullptr : parent->field(field->name.text);
                groups[field->response_key()].push_back({parent, field, definition});
            } else if (const auto* spread = std::get_if<ast::FragmentSpread>(&selection)) {
                const auto found = fragments_.find(spread->name.text);
                if (found == fragments_.end() || !seen.insert(spread->name.text).second) continue;
                const ast::Fragment& fragment = *found->second;
                const Type* type = schema_.type(fragment.type_condition.text);
                collect(groups, seen, fragment.selection_set, type);
            } else {
                const auto& inner = std::get<ast::InlineFragment>(selection);
                const Type* type =
                    inner.type_condition ? schema_.type(inner.type_condition->text) : parent;
                collect(groups, seen, inner.selection_set, type);
            }
        }
    }

    void compare(const Groups& groups, bool shapes_only) {
        for (const auto& [key, entries] : groups) {
            for (std::size_t i = 0; i < entries.size(); ++i) {
                for (std::size_t j = i + 1; j < entries.size(); ++j) {
                    compare(entries[i], entries[j], shapes_only);
                }
            }
        }
    }

    void compare(const Entry& a, const Entry& b, bool shapes_only) {
        const auto is_object = [](const Type* type) {
            return type != nullptr && type->kind == ast::TypeKind::Object;
        };
        if (a.parent != b.parent && is_object(a.parent) && is_object(b.parent)) shapes_only = true;
        if (!shapes_only) {
            const bool same =
                a.node->name.text == b.node->name.text && arguments(*a.node) == arguments(*b.node);
            if (!same) has_conflict_ = true;
        }
        if (a.definition != nullptr && b.definition != nullptr) {
            const TypeRef& one = a.definition->type;
            const TypeRef& two = b.definition->type;
            const bool leaf = one.named->is_leaf() || two.named->is_leaf();
            if (one.wrappers != two.wrappers || (leaf && one.named != two.named)) {
                has_conflict_ = true;
            }
        }
        if (has_conflict_ || !a.node->selection_set || !b.node->selection_set) return;
        Groups merged;
        std::set<std::string> seen;
        collect(merged, seen, *a.node->selection_set, a.type());
        seen.clear();
        collect(merged, seen, *b.node->selection_set, b.type());
        compare(merged, shapes_only);
    }

    static std::multiset<std::string> arguments(const ast::Field& field) {
        std::multiset<std::string> result;
        for (const ast::Argument& argument : field.arguments) {
            result.insert(argument.name.text + sorted(argument.value));
        }
        return result;
    }

    static std::string sorted(const ast::Value& value) {
        std::string text = value.block ? "block" : "";
        if (value.kind != ast::ValueKind::List && value.kind != ast::ValueKind::Object) {
            return text + print(value);
        }
        for (const ast::Value& item : value.items) text += "[" + sorted(item) + "]";
        std::multiset<std::string> fields;
        for (const auto& field : value.fields) fields.insert(field.name.text + sorted(field.value));
        for (const std::string& field : fields) text += "{" + field + "}";
        return value.kind == ast::ValueKind::List ? "[" + text + "]" : "{" + text + "}";
    }

    const Schema& schema_;
    std::map<std::string, const ast::Fragment*> fragments_;
    bool has_conflict_ = false;
};

}  // namespace migrator::graphql::test
