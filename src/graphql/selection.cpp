#include "graphql/selection.hpp"

#include <fmt/format.h>

#include <boost/json/value.hpp>
#include <unordered_set>

#include "graphql/coercion.hpp"

namespace migrator::graphql {

/// The state of one collection.
struct Selections::Collecting {
    explicit Collecting(const Type& type) : object(type) {}

    void add(const ast::Field& field) {
        const std::string_view key = field.response_key();
        const auto [at, is_new] = index.emplace(key, fields.size());
        if (is_new) fields.push_back({key, {}});
        fields[at->second].nodes.push_back(&field);
    }

    const Type& object;
    CollectedFields fields;
    std::unordered_map<std::string_view, std::size_t> index;
    std::unordered_set<const ast::Fragment*> visited;
};

Selections::Selections(
    const Schema& schema, const ast::Document& document, const boost::json::object& variables
)
    : schema_(schema), variables_(variables) {
    for (const ast::Definition& definition : document.definitions) {
        const auto* fragment = std::get_if<ast::Fragment>(&definition);
        if (fragment != nullptr) fragments_.emplace(fragment->name.text, fragment);
    }
}

CollectedFields Selections::collect(const Type& object, const ast::SelectionSet& selection_set)
    const {
    Collecting into(object);
    collect(selection_set, into);
    return std::move(into.fields);
}

CollectedFields Selections::collect_below(const Type& object, const FieldNodes& fields) const {
    Collecting into(object);
    for (const ast::Field* field : fields) {
        if (field->selection_set) collect(*field->selection_set, into);
    }
    return std::move(into.fields);
}

void Selections::collect(const ast::SelectionSet& selection_set, Collecting& into) const {
    for (const ast::Selection& selection : selection_set.selections) {
        if (const auto* field = std::get_if<ast::Field>(&selection)) {
            if (is_included(field->directives)) into.add(*field);
        } else if (const auto* inline_one = std::get_if<ast::InlineFragment>(&selection)) {
            if (!is_included(inline_one->directives)) continue;
            const auto& condition = inline_one->type_condition;
            if (!condition || applies(*condition, into.object)) {
                collect(inline_one->selection_set, into);
            }
        } else if (const auto* spread = std::get_if<ast::FragmentSpread>(&selection)) {
            collect_fragment(*spread, into);
        }
    }
}

void Selections::collect_fragment(const ast::FragmentSpread& spread, Collecting& into) const {
    const auto found = fragments_.find(spread.name.text);
    if (found == fragments_.end()) return;
    const ast::Fragment& fragment = *found->second;
    if (into.visited.contains(&fragment) || !is_included(spread.directives)) return;
    into.visited.insert(&fragment);
    if (applies(fragment.type_condition, into.object)) collect(fragment.selection_set, into);
}

bool Selections::is_included(const std::vector<ast::Directive>& directives) const {
    for (const std::string_view name : {"skip", "include"}) {
        for (const ast::Directive& directive : directives) {
            if (directive.name.text != name) continue;
            const DirectiveType& type = *schema_.directive(name);
            auto arguments =
                coerce_arguments(type.arguments, directive.arguments, directive.at, variables_);
            if (const auto* error = std::get_if<RequestError>(&arguments)) {
                throw FieldError(error->message);
            }
            const auto& condition = std::get<boost::json::object>(arguments).at("if");
            if (condition.as_bool() == (name == "skip")) return false;
        }
    }
    return true;
}

bool Selections::applies(const ast::Name& condition, const Type& object) const {
    const Type* type = schema_.type(condition.text);
    return type != nullptr && schema_.is_possible(*type, object);
}

}  // namespace migrator::graphql
