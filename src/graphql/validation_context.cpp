#include "graphql/validation_context.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/utf8.hpp"

namespace migrator::graphql {
namespace {

constexpr std::size_t kLongestMessage = 2'000;

std::string shortened(const std::string& message) {
    if (message.size() <= kLongestMessage) return message;
    return to_valid_utf8(message.substr(0, kLongestMessage)) + "…";
}

}  // namespace

ValidationContext::ValidationContext(
    const Schema& schema, const ast::Document& document, const Limits& limits
)
    : schema_(schema), document_(document), limits_(limits) {
    for (const ast::Definition& definition : document.definitions) {
        if (const auto* operation = std::get_if<ast::Operation>(&definition)) {
            operations_.push_back(operation);
        } else if (const auto* fragment = std::get_if<ast::Fragment>(&definition)) {
            fragments_.push_back(fragment);
            fragments_by_name_[fragment->name.text] = fragment;
        } else if (const auto* type = std::get_if<ast::TypeDefinition>(&definition)) {
            if (!type->is_extension) defined_types_.insert(type->name.text);
        } else if (const auto* directive = std::get_if<ast::DirectiveDefinition>(&definition)) {
            defined_directives_.insert(directive->name.text);
        }
    }
}

void ValidationContext::report(const std::string& message, std::vector<Location> locations) {
    if (errors_.size() >= limits_.errors) {
        errors_.push_back(
            {.message = fmt::format(
                 "Too many errors, validation stopped at the limit of {}.", limits_.errors
             ),
             .locations = {},
             .path = {},
             .extensions = {}}
        );
        throw EnoughErrors{};
    }
    errors_.push_back(
        {.message = shortened(message),
         .locations = std::move(locations),
         .path = {},
         .extensions = {}}
    );
}

const ast::Fragment* ValidationContext::fragment(std::string_view name) const {
    const auto found = fragments_by_name_.find(name);
    return found == fragments_by_name_.end() ? nullptr : found->second;
}

const Type* ValidationContext::type(std::string_view name) const {
    const Type* type = schema_.type(name);
    if (type == nullptr || type->kind != ast::TypeKind::Scalar) return type;
    const auto& listed = schema_.listed_types();
    return std::ranges::find(listed, type) == listed.end() ? nullptr : type;
}

const Type* ValidationContext::condition(const ast::Fragment& fragment) const {
    return type(fragment.type_condition.text);
}

std::optional<TypeRef> ValidationContext::type_of(const ast::TypeReference& reference) const {
    TypeRef result;
    const ast::TypeReference* part = &reference;
    for (; part->kind != ast::TypeReference::Kind::Named; part = &part->of[0]) {
        const bool is_list = part->kind == ast::TypeReference::Kind::List;
        result.wrappers.push_back(is_list ? TypeRef::Wrapper::List : TypeRef::Wrapper::NonNull);
    }
    result.named = type(part->name.text);
    if (result.named == nullptr) return std::nullopt;
    return result;
}

bool ValidationContext::defines_directive(std::string_view name) const {
    return defined_directives_.contains(name);
}

const std::vector<const ast::FragmentSpread*>& ValidationContext::spreads(
    const ast::SelectionSet& set
) {
    const auto [place, is_new] = spreads_.try_emplace(&set);
    if (!is_new) return place->second;
    std::vector<const ast::SelectionSet*> open{&set};
    while (!open.empty()) {
        const ast::SelectionSet& current = *open.back();
        open.pop_back();
        for (const ast::Selection& selection : current.selections) {
            if (const auto* spread = std::get_if<ast::FragmentSpread>(&selection)) {
                place->second.push_back(spread);
            } else if (const auto* inline_fragment = std::get_if<ast::InlineFragment>(&selection)) {
                open.push_back(&inline_fragment->selection_set);
            } else if (const auto& field = std::get<ast::Field>(selection); field.selection_set) {
                open.push_back(&*field.selection_set);
            }
        }
    }
    return place->second;
}

const std::vector<const ast::Fragment*>& ValidationContext::fragments_of(
    const ast::Operation& operation
) {
    const auto [place, is_new] = used_.try_emplace(&operation);
    if (!is_new) return place->second;
    std::unordered_set<std::string_view> seen;
    std::vector<const ast::SelectionSet*> open{&operation.selection_set};
    while (!open.empty()) {
        const ast::SelectionSet& current = *open.back();
        open.pop_back();
        for (const ast::FragmentSpread* spread : spreads(current)) {
            if (!seen.insert(spread->name.text).second) continue;
            const ast::Fragment* used = fragment(spread->name.text);
            if (used == nullptr) continue;
            place->second.push_back(used);
            open.push_back(&used->selection_set);
        }
    }
    return place->second;
}

std::vector<const ast::Fragment*> ValidationContext::innermost_first() {
    struct Open {
        const ast::Fragment* fragment;
        std::size_t next_spread = 0;
    };
    std::vector<const ast::Fragment*> done;
    std::unordered_set<const ast::Fragment*> seen;
    for (const ast::Fragment* root : fragments_) {
        if (!seen.insert(root).second) continue;
        // No recursion: a chain may be as long as the document.
        std::vector<Open> path{{root}};
        while (!path.empty()) {
            Open& top = path.back();
            const auto& inner = spreads(top.fragment->selection_set);
            if (top.next_spread == inner.size()) {
                done.push_back(top.fragment);
                path.pop_back();
                continue;
            }
            const ast::Fragment* next = fragment(inner[top.next_spread++]->name.text);
            if (next != nullptr && seen.insert(next).second) path.push_back({next});
        }
    }
    return done;
}

bool ValidationContext::overlap(const Type& a, const Type& b) const {
    if (&a == &b) return true;
    const auto possible = schema_.possible_types(a);
    return std::ranges::any_of(possible, [&](const Type* type) {
        return schema_.is_possible(b, *type);
    });
}

}  // namespace migrator::graphql
