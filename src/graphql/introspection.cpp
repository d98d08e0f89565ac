#include "graphql/introspection.hpp"

#include "graphql/execution.hpp"
#include "graphql/parser.hpp"

namespace migrator::graphql {
namespace {

// A value of __Type is a TypeRef; of __Schema the Schema; of the others what they describe.

std::string_view kind_name(const TypeRef& type) {
    if (type.is_non_null()) return "NON_NULL";
    if (type.is_list()) return "LIST";
    return name_of(type.named->kind);
}

/// The type itself; null when it is a list or non-null.
const Type* unwrapped(FieldContext& field) {
    const auto& type = field.parent().as<TypeRef>();
    return type.wrappers.empty() ? type.named : nullptr;
}

void give(Result& result, const std::string& text) { result.string(text); }
void give(Result& result, bool value) { result.boolean(value); }
void give(Result& result, const TypeRef& type) { result.object(Object(type)); }
void give(Result& result, const std::optional<std::string>& text) {
    if (text) result.string(*text);
}

void give_type(Result& result, const Type* type) {
    if (type == nullptr) return;
    const TypeRef named{.wrappers = {}, .named = type};
    result.object(Object(named));
}

void give_types(Result& result, const std::vector<const Type*>& types) {
    result.list([&types](ListResult& list) {
        for (const Type* type : types) give_type(list.next(), type);
    });
}

/// All of them, or those that are not deprecated if the client did not ask for those.
template <typename Item>
void give_items(FieldContext& field, Result& result, const std::vector<Item>& items) {
    const auto* asked = field.arguments().if_contains("includeDeprecated");
    const bool all = asked != nullptr && asked->is_bool() && asked->get_bool();
    result.list([&](ListResult& list) {
        for (const Item& item : items) {
            if (all || !item.deprecation_reason) list.next().object(Object(item));
        }
    });
}

/// A resolver that gives a member of the parent as it is.
template <typename Parent, typename Member>
Resolver member(Member Parent::*place) {
    return [place](FieldContext& field, Result& result) {
        give(result, field.parent().as<Parent>().*place);
    };
}

template <typename Parent>
void resolve_deprecation(Schema& schema, std::string_view type) {
    schema.resolve(type, "isDeprecated", [](FieldContext& field, Result& result) {
        result.boolean(field.parent().as<Parent>().deprecation_reason.has_value());
    });
    schema.resolve(type, "deprecationReason", member(&Parent::deprecation_reason));
}

template <typename Parent>
void resolve_arguments(Schema& schema, std::string_view type) {
    schema.resolve(type, "args", [](FieldContext& field, Result& result) {
        give_items(field, result, field.parent().as<Parent>().arguments);
    });
}

template <typename Parent>
void resolve_naming(Schema& schema, std::string_view type) {
    schema.resolve(type, "name", member(&Parent::name));
    schema.resolve(type, "description", member(&Parent::description));
}

void resolve_schema(Schema& schema) {
    const auto root = [&schema](std::string_view field, ast::OperationKind kind) {
        schema.resolve("__Schema", field, [kind](FieldContext& context, Result& result) {
            give_type(result, context.parent().as<Schema>().root(kind));
        });
    };
    root("queryType", ast::OperationKind::Query);
    root("mutationType", ast::OperationKind::Mutation);
    root("subscriptionType", ast::OperationKind::Subscription);
    schema.resolve("__Schema", "description", [](FieldContext& field, Result& result) {
        give(result, field.parent().as<Schema>().description());
    });
    schema.resolve("__Schema", "types", [](FieldContext& field, Result& result) {
        give_types(result, field.parent().as<Schema>().listed_types());
    });
    schema.resolve("__Schema", "directives", [](FieldContext& field, Result& result) {
        const auto& directives = field.parent().as<Schema>().directives();
        result.list([&directives](ListResult& list) {
            for (const DirectiveType& directive : directives) {
                list.next().object(Object(directive));
            }
        });
    });
}

void resolve_type(Schema& schema) {
    schema.resolve("__Type", "kind", [](FieldContext& field, Result& result) {
        result.string(kind_name(field.parent().as<TypeRef>()));
    });
    schema.resolve("__Type", "name", [](FieldContext& field, Result& result) {
        if (const Type* type = unwrapped(field)) give(result, type->name);
    });
    schema.resolve("__Type", "description", [](FieldContext& field, Result& result) {
        if (const Type* type = unwrapped(field)) give(result, type->description);
    });
    schema.resolve("__Type", "specifiedByURL", [](FieldContext& field, Result& result) {
        if (const Type* type = unwrapped(field)) give(result, type->specified_by_url);
    });
    schema.resolve("__Type", "ofType", [](FieldContext& field, Result& result) {
        if (unwrapped(field) != nullptr) return;
        const TypeRef inner = field.parent().as<TypeRef>().inner();
        result.object(Object(inner));
    });
}

bool has_fields(const Type& type) {
    return type.kind == ast::TypeKind::Object || type.kind == ast::TypeKind::Interface;
}

bool is_abstract(const Type& type) {
    return type.kind == ast::TypeKind::Union || type.kind == ast::TypeKind::Interface;
}

void resolve_members_of_type(Schema& schema) {
    schema.resolve("__Type", "fields", [](FieldContext& field, Result& result) {
        const Type* type = unwrapped(field);
        if (type != nullptr && has_fields(*type)) give_items(field, result, type->fields);
    });
    schema.resolve("__Type", "interfaces", [](FieldContext& field, Result& result) {
        const Type* type = unwrapped(field);
        if (type != nullptr && has_fields(*type)) give_types(result, type->interfaces);
    });
    schema.resolve("__Type", "possibleTypes", [](FieldContext& field, Result& result) {
        const Type* type = unwrapped(field);
        if (type != nullptr && is_abstract(*type)) give_types(result, type->possible);
    });
    schema.resolve("__Type", "enumValues", [](FieldContext& field, Result& result) {
        const Type* type = unwrapped(field);
        if (type == nullptr || type->kind != ast::TypeKind::Enum) return;
        give_items(field, result, type->values);
    });
    schema.resolve("__Type", "inputFields", [](FieldContext& field, Result& result) {
        const Type* type = unwrapped(field);
        if (type == nullptr || type->kind != ast::TypeKind::InputObject) return;
        give_items(field, result, type->input_fields);
    });
}

void resolve_directive(Schema& schema) {
    resolve_naming<DirectiveType>(schema, "__Directive");
    resolve_arguments<DirectiveType>(schema, "__Directive");
    schema.resolve("__Directive", "isRepeatable", member(&DirectiveType::is_repeatable));
    schema.resolve("__Directive", "locations", [](FieldContext& field, Result& result) {
        const auto& locations = field.parent().as<DirectiveType>().locations;
        result.list([&locations](ListResult& list) {
            for (const std::string& location : locations) list.next().string(location);
        });
    });
}

}  // namespace

void resolve_introspection(Schema& schema) {
    resolve_schema(schema);
    resolve_type(schema);
    resolve_members_of_type(schema);
    resolve_directive(schema);

    resolve_naming<FieldType>(schema, "__Field");
    resolve_arguments<FieldType>(schema, "__Field");
    resolve_deprecation<FieldType>(schema, "__Field");
    schema.resolve("__Field", "type", member(&FieldType::type));

    resolve_naming<InputValue>(schema, "__InputValue");
    resolve_deprecation<InputValue>(schema, "__InputValue");
    schema.resolve("__InputValue", "type", member(&InputValue::type));
    schema.resolve("__InputValue", "defaultValue", [](FieldContext& field, Result& result) {
        const auto& value = field.parent().as<InputValue>().default_value;
        if (value) result.string(print(*value));
    });

    resolve_naming<EnumValue>(schema, "__EnumValue");
    resolve_deprecation<EnumValue>(schema, "__EnumValue");
}

std::vector<FieldType> meta_fields(const Schema& schema) {
    using enum TypeRef::Wrapper;
    const auto type = [&schema](std::string_view name, std::vector<TypeRef::Wrapper> wrappers) {
        return TypeRef{.wrappers = std::move(wrappers), .named = schema.type(name)};
    };
    FieldType whole{.name = "__schema", .type = type("__Schema", {NonNull})};
    whole.resolver = [](FieldContext& field, Result& result) { result.object(field.parent()); };
    FieldType one{.name = "__type", .type = type("__Type", {})};
    one.arguments.push_back({.name = "name", .type = type("String", {NonNull})});
    one.resolver = [](FieldContext& field, Result& result) {
        const auto& wanted = field.arguments().at("name").as_string();
        const auto& listed = field.parent().as<Schema>().listed_types();
        for (const Type* candidate : listed) {
            if (candidate->name == std::string_view(wanted)) give_type(result, candidate);
        }
    };
    const FieldType name{.name = "__typename", .type = type("String", {NonNull})};
    return {std::move(whole), std::move(one), name};
}

}  // namespace migrator::graphql
