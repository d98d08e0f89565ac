#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "graphql/validation_rules.hpp"

namespace migrator::graphql {
namespace {

void check_executable(ValidationContext& context) {
    const auto refuse = [&](const std::string& name, Location at) {
        context.report(fmt::format("The {} definition is not executable.", name), {at});
    };
    for (const ast::Definition& definition : context.document().definitions) {
        if (const auto* schema = std::get_if<ast::SchemaDefinition>(&definition)) {
            refuse("schema", schema->at);
        } else if (const auto* type = std::get_if<ast::TypeDefinition>(&definition)) {
            refuse('"' + type->name.text + '"', type->at);
        } else if (const auto* directive = std::get_if<ast::DirectiveDefinition>(&definition)) {
            refuse('"' + directive->name.text + '"', directive->at);
        }
    }
}

void check_operation_names(ValidationContext& context) {
    std::unordered_map<std::string_view, Location> seen;
    for (const ast::Operation* operation : context.operations()) {
        if (!operation->name) {
            if (context.operations().size() == 1) continue;
            context.report(
                "This anonymous operation must be the only defined operation.", {operation->at}
            );
            continue;
        }
        const auto [first, is_new] = seen.emplace(operation->name->text, operation->name->at);
        if (is_new) continue;
        context.report(
            fmt::format("There can be only one operation named \"{}\".", operation->name->text),
            {first->second, operation->name->at}
        );
    }
}

/// The root fields of a subscription by response key, in order, fragments followed.
class RootFields {
public:
    struct Group {
        std::string_view key;
        std::vector<const ast::Field*> fields;
    };

    RootFields(ValidationContext& context, const Type& root, const ast::SelectionSet& set)
        : context_(context), root_(root) {
        open_.push_back(&set);
        // What a fragment holds takes the fragment's place, so it comes before what is still open.
        while (!open_.empty()) {
            const Part part = open_.back();
            open_.pop_back();
            add(part);
        }
    }

    const std::vector<Group>& groups() const { return groups_; }

private:
    using Part = std::variant<const ast::SelectionSet*, const ast::Selection*>;

    void add(const Part& part) {
        if (const auto* const* set = std::get_if<const ast::SelectionSet*>(&part)) {
            const auto& selections = (*set)->selections;
            for (auto one = selections.rbegin(); one != selections.rend(); ++one) {
                open_.push_back(&*one);
            }
            return;
        }
        const ast::Selection& selection = *std::get<const ast::Selection*>(part);
        if (const auto* field = std::get_if<ast::Field>(&selection)) {
            if (is_included(field->directives)) add(*field);
        } else if (const auto* inner = std::get_if<ast::InlineFragment>(&selection)) {
            const bool applies =
                !inner->type_condition || matches(context_.type(inner->type_condition->text));
            if (applies && is_included(inner->directives)) open_.push_back(&inner->selection_set);
        } else {
            spread(std::get<ast::FragmentSpread>(selection));
        }
    }

    void add(const ast::Field& field) {
        const auto [place, is_new] = index_.emplace(field.response_key(), groups_.size());
        if (is_new) groups_.push_back({.key = field.response_key(), .fields = {}});
        groups_[place->second].fields.push_back(&field);
    }

    void spread(const ast::FragmentSpread& spread) {
        if (seen_.contains(spread.name.text) || !is_included(spread.directives)) return;
        seen_.insert(spread.name.text);
        const ast::Fragment* fragment = context_.fragment(spread.name.text);
        if (fragment != nullptr && matches(context_.condition(*fragment))) {
            open_.push_back(&fragment->selection_set);
        }
    }

    bool matches(const Type* condition) const {
        return condition != nullptr && context_.schema().is_possible(*condition, root_);
    }

    /// As far as the document alone tells.
    static bool is_included(const std::vector<ast::Directive>& directives) {
        return std::ranges::none_of(directives, [](const ast::Directive& directive) {
            const std::string& name = directive.name.text;
            if (name != "skip" && name != "include") return false;
            const char* excluding = name == "skip" ? "true" : "false";
            return std::ranges::any_of(directive.arguments, [&](const ast::Argument& argument) {
                return argument.name.text == "if" &&
                       argument.value.kind == ast::ValueKind::Boolean &&
                       argument.value.text == excluding;
            });
        });
    }

    ValidationContext& context_;
    const Type& root_;
    std::vector<Part> open_;
    std::vector<Group> groups_;
    std::unordered_map<std::string_view, std::size_t> index_;
    std::unordered_set<std::string_view> seen_;
};

std::vector<Location> locations(const std::vector<const ast::Field*>& fields) {
    std::vector<Location> result;
    for (const ast::Field* field : fields) result.push_back(field->at);
    return result;
}

void check_single_field(ValidationContext& context, const ast::Operation& operation) {
    const Type* root = context.schema().subscription();
    if (operation.kind != ast::OperationKind::Subscription || root == nullptr) return;
    const std::string name = operation.name ? "Subscription \"" + operation.name->text + "\""
                                            : std::string("Anonymous Subscription");
    const RootFields fields(context, *root, operation.selection_set);
    std::vector<Location> extra;
    for (std::size_t i = 1; i < fields.groups().size(); ++i) {
        std::ranges::copy(locations(fields.groups()[i].fields), std::back_inserter(extra));
    }
    if (!extra.empty()) context.report(name + " must select only one top level field.", extra);
    for (const RootFields::Group& group : fields.groups()) {
        if (!group.fields[0]->name.text.starts_with("__")) continue;
        context.report(
            name + " must not select an introspection top level field.", locations(group.fields)
        );
    }
}

}  // namespace

void check_operations(ValidationContext& context) {
    check_executable(context);
    check_operation_names(context);
    for (const ast::Operation* operation : context.operations()) {
        check_single_field(context, *operation);
    }
}

}  // namespace migrator::graphql
