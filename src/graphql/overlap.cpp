#include "graphql/overlap.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "graphql/parser.hpp"

namespace migrator::graphql {
namespace {

/// Comparisons of two fields. A document of usual size needs some thousands.
constexpr std::size_t kBudget = 1'000'000;
constexpr std::size_t kCostOfConflict = 1'000;
constexpr std::size_t kDeepest = 400;

/// As text in which the order of arguments and object fields makes no difference.
std::string canonical(const ast::Value& value) {
    std::string text;
    if (value.kind == ast::ValueKind::List) {
        for (const ast::Value& item : value.items) text += canonical(item) + ",";
        return "[" + text + "]";
    }
    if (value.kind == ast::ValueKind::Object) {
        std::vector<const ast::ObjectField*> fields;
        for (const ast::ObjectField& field : value.fields) fields.push_back(&field);
        std::ranges::stable_sort(fields, {}, [](const auto* field) { return field->name.text; });
        for (const auto* field : fields) {
            text += field->name.text + ":" + canonical(field->value) + ",";
        }
        return "{" + text + "}";
    }
    return (value.block ? "\"\"" : "") + print(value);
}

bool is_object(const Type* type) { return type != nullptr && type->kind == ast::TypeKind::Object; }

/// Whether values of both could not stand in one place of an answer. Composite types are compared
/// by what is selected of them.
bool types_conflict(const TypeRef& a, const TypeRef& b) {
    if (a.wrappers != b.wrappers) return true;
    return (a.named->is_leaf() || b.named->is_leaf()) && a.named != b.named;
}

}  // namespace

std::vector<OverlapFinder::Conflict> OverlapFinder::conflicts_in(
    const ast::SelectionSet& set, const Type* parent
) {
    std::vector<Conflict> conflicts;
    conflicts_ = &conflicts;
    const Fields& fields = fields_of(set, parent);
    compare_within(fields);
    for (auto fragment = fields.spreads.begin(); fragment != fields.spreads.end(); ++fragment) {
        compare_with_fragment(fields, **fragment, Exclusive::No);
        for (auto other = fragment + 1; other != fields.spreads.end(); ++other) {
            compare_fragments(**fragment, **other, Exclusive::No);
        }
    }
    return conflicts;
}

const OverlapFinder::Fields& OverlapFinder::fields_of(
    const ast::SelectionSet& set, const Type* parent
) {
    const auto [place, is_new] = fields_.try_emplace(&set);
    if (is_new) collect(place->second, set, parent);
    return place->second;
}

const OverlapFinder::Fields& OverlapFinder::fields_of(const ast::Fragment& fragment) {
    return fields_of(fragment.selection_set, context_.condition(fragment));
}

void OverlapFinder::collect(Fields& fields, const ast::SelectionSet& set, const Type* parent) {
    for (const ast::Selection& selection : set.selections) {
        if (const auto* field = std::get_if<ast::Field>(&selection)) {
            const std::string_view key = field->response_key();
            const auto [place, is_new] = fields.index.emplace(key, fields.groups.size());
            if (is_new) fields.groups.push_back({.key = key, .entries = {}});
            const FieldType* definition =
                parent == nullptr ? nullptr : parent->field(field->name.text);
            fields.groups[place->second].entries.push_back({parent, field, definition});
        } else if (const auto* spread = std::get_if<ast::FragmentSpread>(&selection)) {
            const ast::Fragment* fragment = context_.fragment(spread->name.text);
            const auto& known = fields.spreads;
            if (fragment == nullptr || !spend(known.size())) continue;
            if (std::ranges::find(known, fragment) == known.end()) {
                fields.spreads.push_back(fragment);
            }
        } else {
            const auto& inner = std::get<ast::InlineFragment>(selection);
            const Type* type =
                inner.type_condition ? context_.type(inner.type_condition->text) : parent;
            collect(fields, inner.selection_set, type);
        }
    }
}

void OverlapFinder::compare_within(const Fields& fields) {
    for (const Fields::Group& group : fields.groups) {
        for (auto a = group.entries.begin(); a != group.entries.end(); ++a) {
            for (auto b = a + 1; b != group.entries.end(); ++b) {
                if (!spend(1)) return;
                compare_fields(group.key, *a, *b, Exclusive::No);
            }
        }
    }
}

void OverlapFinder::compare(const Fields& a, const Fields& b, Exclusive exclusive) {
    for (const Fields::Group& group : a.groups) {
        if (!spend(1)) return;
        const auto other = b.index.find(group.key);
        if (other == b.index.end()) continue;
        for (const FieldEntry& one : group.entries) {
            for (const FieldEntry& two : b.groups[other->second].entries) {
                if (!spend(1)) return;
                compare_fields(group.key, one, two, exclusive);
            }
        }
    }
}

void OverlapFinder::compare_with_fragment(
    const Fields& a, const ast::Fragment& b, Exclusive exclusive
) {
    const Depth depth(*this);
    if (!spend(1) || !first_time(&a, &b, exclusive)) return;
    const Fields& fields = fields_of(b);
    if (&a == &fields) return;
    compare(a, fields, exclusive);
    for (const ast::Fragment* inner : fields.spreads) compare_with_fragment(a, *inner, exclusive);
}

void OverlapFinder::compare_fragments(
    const ast::Fragment& a, const ast::Fragment& b, Exclusive exclusive
) {
    const Depth depth(*this);
    if (&a == &b || !spend(1) || !first_time(&a, &b, exclusive)) return;
    const Fields& fields_a = fields_of(a);
    const Fields& fields_b = fields_of(b);
    compare(fields_a, fields_b, exclusive);
    for (const ast::Fragment* inner : fields_b.spreads) compare_fragments(a, *inner, exclusive);
    for (const ast::Fragment* inner : fields_a.spreads) compare_fragments(*inner, b, exclusive);
}

void OverlapFinder::compare_fields(
    std::string_view key, const FieldEntry& a, const FieldEntry& b, Exclusive exclusive
) {
    const auto conflict = [&](std::string reason) {
        found(
            {.response_key = std::string(key),
             .reason = std::move(reason),
             .first = {a.node->at},
             .second = {b.node->at}}
        );
    };
    // Interfaces and unions that share no object today may do so in the next schema.
    const bool apart = a.parent != b.parent && is_object(a.parent) && is_object(b.parent);
    if (apart) exclusive = Exclusive::Yes;
    if (exclusive == Exclusive::No) {
        const std::string& name = a.node->name.text;
        const std::string& other = b.node->name.text;
        if (name != other) {
            return conflict(fmt::format("\"{}\" and \"{}\" are different fields", name, other));
        }
        if (arguments_of(*a.node) != arguments_of(*b.node)) {
            return conflict("they have differing arguments");
        }
    }
    const bool known = a.definition != nullptr && b.definition != nullptr;
    if (known && types_conflict(a.definition->type, b.definition->type)) {
        return conflict(fmt::format(
            "they return conflicting types \"{}\" and \"{}\"",
            a.definition->type.text(),
            b.definition->type.text()
        ));
    }
    if (a.node->selection_set && b.node->selection_set) {
        compare_below(std::string(key), a, b, exclusive);
    }
}

void OverlapFinder::compare_below(
    const std::string& key, const FieldEntry& a, const FieldEntry& b, Exclusive exclusive
) {
    const Depth depth(*this);
    const auto type_of = [](const FieldEntry& entry) {
        return entry.definition == nullptr ? nullptr : entry.definition->type.named;
    };
    const Fields& fields_a = fields_of(*a.node->selection_set, type_of(a));
    const Fields& fields_b = fields_of(*b.node->selection_set, type_of(b));
    std::vector<Conflict> below;
    std::vector<Conflict>* const outer = std::exchange(conflicts_, &below);
    compare(fields_a, fields_b, exclusive);
    for (const auto* fragment : fields_b.spreads) {
        compare_with_fragment(fields_a, *fragment, exclusive);
    }
    for (const auto* fragment : fields_a.spreads) {
        compare_with_fragment(fields_b, *fragment, exclusive);
    }
    for (const auto* one : fields_a.spreads) {
        for (const auto* two : fields_b.spreads) compare_fragments(*one, *two, exclusive);
    }
    conflicts_ = outer;
    if (below.empty()) return;
    // One conflict of the two fields, which tells of all that are below.
    Conflict whole{
        .response_key = key, .reason = {}, .first = {a.node->at}, .second = {b.node->at}};
    for (const Conflict& one : below) {
        whole.reason += fmt::format(
            "{}subfields \"{}\" conflict because {}",
            whole.reason.empty() ? "" : " and ",
            one.response_key,
            one.reason
        );
        std::ranges::copy(one.first, std::back_inserter(whole.first));
        std::ranges::copy(one.second, std::back_inserter(whole.second));
    }
    found(std::move(whole));
}

void OverlapFinder::found(Conflict conflict) {
    // What a message costs counts as well: names may be long, and are told at every level.
    const std::size_t size = conflict.reason.size() + conflict.first.size();
    if (spend(kCostOfConflict + size)) conflicts_->push_back(std::move(conflict));
}

const std::string& OverlapFinder::arguments_of(const ast::Field& field) {
    const auto [place, is_new] = arguments_.try_emplace(&field);
    if (is_new) {
        ast::Value all;
        all.kind = ast::ValueKind::Object;
        for (const ast::Argument& argument : field.arguments) {
            all.fields.push_back({argument.name, argument.value});
        }
        place->second = canonical(all);
    }
    return place->second;
}

bool OverlapFinder::first_time(const void* a, const void* b, Exclusive exclusive) {
    const auto [place, is_new] = compared_.try_emplace(std::minmax(a, b), exclusive);
    if (is_new) return true;
    // What was compared as not exclusive found all that would be found now.
    if (place->second == Exclusive::No || exclusive == Exclusive::Yes) return false;
    place->second = Exclusive::No;
    return true;
}

bool OverlapFinder::spend(std::size_t cost) {
    if (cost > kBudget - spent_ || depth_ > kDeepest) exhausted_ = true;
    if (exhausted_) return false;
    spent_ += cost;
    return true;
}

}  // namespace migrator::graphql
