#include "graphql/schema.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "graphql/schema_builder.hpp"

namespace migrator::graphql {
namespace {

template <typename Items>
auto find_named(const Items& items, std::string_view name) -> decltype(&*items.begin()) {
    const auto found =
        std::ranges::find_if(items, [name](const auto& item) { return item.name == name; });
    return found == items.end() ? nullptr : &*found;
}

}  // namespace

std::string TypeRef::text() const {
    std::string text = named->name;
    for (auto wrapper = wrappers.rbegin(); wrapper != wrappers.rend(); ++wrapper) {
        if (*wrapper == Wrapper::List) text.insert(0, "[");
        text += *wrapper == Wrapper::List ? "]" : "!";
    }
    return text;
}

const InputValue* FieldType::argument(std::string_view wanted) const {
    return find_named(arguments, wanted);
}

const InputValue* DirectiveType::argument(std::string_view wanted) const {
    return find_named(arguments, wanted);
}

const FieldType* Type::field(std::string_view wanted) const { return find_named(fields, wanted); }

const InputValue* Type::input_field(std::string_view wanted) const {
    return find_named(input_fields, wanted);
}

const EnumValue* Type::value(std::string_view wanted) const { return find_named(values, wanted); }

bool Type::is_composite() const {
    return kind == ast::TypeKind::Object || kind == ast::TypeKind::Interface ||
           kind == ast::TypeKind::Union;
}

bool Type::is_leaf() const { return kind == ast::TypeKind::Scalar || kind == ast::TypeKind::Enum; }

bool Type::is_input() const { return is_leaf() || kind == ast::TypeKind::InputObject; }

Schema::Schema(std::string_view sdl) { SchemaBuilder(*this).build(sdl); }

void Schema::resolve(std::string_view type, std::string_view field, Resolver resolver) {
    const auto found = by_name_.find(type);
    if (found != by_name_.end()) {
        for (FieldType& candidate : found->second->fields) {
            if (candidate.name != field) continue;
            candidate.resolver = std::move(resolver);
            return;
        }
    }
    throw Error(
        ErrorKind::Internal, fmt::format("the GraphQL schema has no field {}.{}", type, field)
    );
}

void Schema::check_resolvers() const {
    for (const Type& type : *types_) {
        if (type.kind != ast::TypeKind::Object || type.name.starts_with("__")) continue;
        for (const FieldType& field : type.fields) {
            if (field.resolver) continue;
            throw Error(
                ErrorKind::Internal,
                fmt::format("the GraphQL field {}.{} has no resolver", type.name, field.name)
            );
        }
    }
}

const Type* Schema::type(std::string_view name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : found->second;
}

const DirectiveType* Schema::directive(std::string_view name) const {
    return find_named(directives_, name);
}

const Type* Schema::root(ast::OperationKind kind) const {
    switch (kind) {
        case ast::OperationKind::Query:
            return query_;
        case ast::OperationKind::Mutation:
            return mutation_;
        case ast::OperationKind::Subscription:
            return subscription_;
    }
    return nullptr;
}

std::vector<const Type*> Schema::possible_types(const Type& type) const {
    if (type.kind == ast::TypeKind::Object) return {&type};
    return type.possible;
}

bool Schema::is_possible(const Type& abstract, const Type& object) const {
    if (&abstract == &object) return true;
    return std::ranges::find(abstract.possible, &object) != abstract.possible.end();
}

const FieldType* Schema::field_of(const Type& parent, std::string_view name) const {
    if (name.starts_with("__")) {
        const FieldType* meta = find_named(*meta_fields_, name);
        const bool is_everywhere = name == "__typename";
        const bool allowed = is_everywhere ? parent.is_composite() : &parent == query_;
        if (meta != nullptr && allowed) return meta;
    }
    return parent.field(name);
}

bool is_subtype(const Schema& schema, const TypeRef& a, const TypeRef& b) {
    if (b.is_non_null()) return a.is_non_null() && is_subtype(schema, a.inner(), b.inner());
    if (a.is_non_null()) return is_subtype(schema, a.inner(), b);
    if (b.is_list() || a.is_list()) {
        return a.is_list() && b.is_list() && is_subtype(schema, a.inner(), b.inner());
    }
    if (a.named == b.named) return true;
    const auto& parents = a.named->interfaces;
    return schema.is_possible(*b.named, *a.named) ||
           std::ranges::find(parents, b.named) != parents.end();
}

}  // namespace migrator::graphql
