#include "graphql/schema_builder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/error.hpp"
#include "graphql/built_in.hpp"
#include "graphql/introspection.hpp"
#include "graphql/parser.hpp"

namespace migrator::graphql {
namespace {

constexpr std::string_view kBuiltInScalars[] = {"Int", "Float", "String", "Boolean", "ID"};

bool is_built_in_scalar(std::string_view name) {
    return std::ranges::find(kBuiltInScalars, name) != std::end(kBuiltInScalars);
}

bool is_built_in(std::string_view name) {
    return is_built_in_scalar(name) || name.starts_with("__");
}

ast::Document parse_sdl(std::string_view sdl) {
    // The limits are against clients; this text is the program's own.
    const Limits limits{.document_bytes = sdl.size(), .tokens = sdl.size() + 1};
    auto parsed = parse(sdl, limits);
    if (const auto* error = std::get_if<RequestError>(&parsed)) {
        fail_schema(
            error->locations.empty() ? Location{} : error->locations.front(), error->message
        );
    }
    return std::get<ast::Document>(std::move(parsed));
}

void refuse_operations(const ast::Document& document) {
    for (const ast::Definition& definition : document.definitions) {
        if (const auto* operation = std::get_if<ast::Operation>(&definition)) {
            fail_schema(operation->at, "a schema cannot contain an operation");
        }
        if (const auto* fragment = std::get_if<ast::Fragment>(&definition)) {
            fail_schema(
                fragment->at,
                fmt::format("a schema cannot contain the fragment {}", fragment->name.text)
            );
        }
    }
}

const ast::Value* directive_argument(
    const std::vector<ast::Directive>& directives, std::string_view name, std::string_view argument
) {
    for (const ast::Directive& directive : directives) {
        if (directive.name.text != name) continue;
        for (const ast::Argument& candidate : directive.arguments) {
            if (candidate.name.text == argument) return &candidate.value;
        }
    }
    return nullptr;
}

std::optional<std::string> deprecation_reason(const std::vector<ast::Directive>& directives) {
    if (std::ranges::none_of(directives, [](const ast::Directive& directive) {
            return directive.name.text == "deprecated";
        })) {
        return std::nullopt;
    }
    const ast::Value* reason = directive_argument(directives, "deprecated", "reason");
    if (reason == nullptr) return std::string(kDefaultDeprecationReason);
    if (reason->kind == ast::ValueKind::Null) return std::nullopt;
    return reason->text;
}

}  // namespace

void fail_schema(Location at, const std::string& message) {
    throw Error(ErrorKind::Internal, fmt::format("GraphQL schema, line {}: {}", at.line, message));
}

void SchemaBuilder::build(std::string_view sdl) {
    const ast::Document own = parse_sdl(sdl);
    const ast::Document built_in = parse_sdl(kBuiltInTypes);
    schema_.types_ = std::make_unique<std::deque<Type>>();
    refuse_operations(own);
    for (const auto* document : {&own, &built_in}) declare_types(*document);
    for (const auto* document : {&own, &built_in}) fill_types(*document, false);
    fill_types(own, true);
    for (const auto* document : {&built_in, &own}) declare_directives(*document);
    find_possible_types();
    find_roots(own);
    schema_.meta_fields_ = std::make_shared<const std::vector<FieldType>>(meta_fields(schema_));
    find_listed_types();
    resolve_introspection(schema_);
}

void SchemaBuilder::declare_types(const ast::Document& document) {
    for (const ast::Definition& any : document.definitions) {
        const auto* definition = std::get_if<ast::TypeDefinition>(&any);
        if (definition == nullptr || definition->is_extension) continue;
        const std::string& name = definition->name.text;
        // The built-in ones are declared last: whoever defines `String` hears of it then.
        if (is_built_in(name) && schema_.by_name_.contains(name)) {
            fail_schema(
                coordinates_.at(name),
                fmt::format("the type {} is built in and cannot be defined", name)
            );
        }
        located(name, definition->name.at);
        Type& type = schema_.types_->emplace_back();
        type.kind = definition->kind;
        type.name = name;
        type.description = definition->description;
        schema_.by_name_.emplace(name, &type);
    }
}

void SchemaBuilder::fill_types(const ast::Document& document, bool extensions) {
    for (const ast::Definition& any : document.definitions) {
        const auto* definition = std::get_if<ast::TypeDefinition>(&any);
        if (definition == nullptr || definition->is_extension != extensions) continue;
        const auto found = schema_.by_name_.find(definition->name.text);
        if (found == schema_.by_name_.end()) {
            fail_schema(
                definition->at, fmt::format("{} is extended but not defined", definition->name.text)
            );
        }
        if (found->second->kind != definition->kind) {
            fail_schema(
                definition->at,
                fmt::format("the extension of {} has a different kind", definition->name.text)
            );
        }
        fill(*found->second, *definition);
    }
}

void SchemaBuilder::fill(Type& type, const ast::TypeDefinition& definition) {
    for (const ast::Name& name : definition.interfaces) {
        const Type& parent = find_type(name);
        if (std::ranges::find(type.interfaces, &parent) != type.interfaces.end()) {
            fail_schema(
                name.at, fmt::format("{} implements {} more than once", type.name, name.text)
            );
        }
        type.interfaces.push_back(&parent);
    }
    for (const ast::Name& name : definition.members) {
        const Type& member = find_type(name);
        if (member.kind != ast::TypeKind::Object) {
            fail_schema(
                name.at,
                fmt::format(
                    "the union {} can contain only object types, not {}", type.name, name.text
                )
            );
        }
        if (std::ranges::find(type.possible, &member) != type.possible.end()) {
            fail_schema(
                name.at,
                fmt::format("the union {} contains {} more than once", type.name, name.text)
            );
        }
        type.possible.push_back(&member);
    }
    fill_fields(type, definition.fields);
    fill_values(type, definition.values);
    for (InputValue& field : input_values(type.name + ".", "", definition.input_fields)) {
        type.input_fields.push_back(std::move(field));
    }
    if (const auto* url = directive_argument(definition.directives, "specifiedBy", "url")) {
        type.specified_by_url = url->text;
    }
}

void SchemaBuilder::fill_fields(Type& type, const std::vector<ast::FieldDefinition>& definitions) {
    for (const ast::FieldDefinition& definition : definitions) {
        type.fields.push_back(field_type(type.name + ".", definition));
    }
}

void SchemaBuilder::fill_values(
    Type& type, const std::vector<ast::EnumValueDefinition>& definitions
) {
    for (const ast::EnumValueDefinition& definition : definitions) {
        located(type.name + "." + definition.name.text, definition.at);
        type.values.push_back({
            .name = definition.name.text,
            .description = definition.description,
            .deprecation_reason = deprecation_reason(definition.directives),
        });
    }
}

FieldType SchemaBuilder::field_type(
    const std::string& owner, const ast::FieldDefinition& definition
) {
    const std::string coordinate = owner + definition.name.text;
    located(coordinate, definition.name.at);
    return {
        .name = definition.name.text,
        .description = definition.description,
        .arguments = input_values(coordinate + "(", ":)", definition.arguments),
        .type = type_ref(definition.type),
        .deprecation_reason = deprecation_reason(definition.directives),
        .resolver = {},
    };
}

std::vector<InputValue> SchemaBuilder::input_values(
    const std::string& owner,
    std::string_view suffix,
    const std::vector<ast::InputValueDefinition>& definitions
) {
    std::vector<InputValue> values;
    for (const ast::InputValueDefinition& definition : definitions) {
        located(fmt::format("{}{}{}", owner, definition.name.text, suffix), definition.name.at);
        values.push_back({
            .name = definition.name.text,
            .description = definition.description,
            .type = type_ref(definition.type),
            .default_value = definition.default_value,
            .deprecation_reason = deprecation_reason(definition.directives),
        });
    }
    return values;
}

void SchemaBuilder::declare_directives(const ast::Document& document) {
    for (const ast::Definition& any : document.definitions) {
        const auto* definition = std::get_if<ast::DirectiveDefinition>(&any);
        if (definition == nullptr) continue;
        const std::string coordinate = "@" + definition->name.text;
        located(coordinate, definition->name.at);
        DirectiveType directive{
            .name = definition->name.text,
            .description = definition->description,
            .arguments = input_values(coordinate + "(", ":)", definition->arguments),
            .is_repeatable = definition->is_repeatable,
            .locations = {},
        };
        for (const ast::Name& location : definition->locations) {
            directive.locations.push_back(location.text);
        }
        schema_.directives_.push_back(std::move(directive));
    }
}

void SchemaBuilder::find_possible_types() {
    for (Type& type : *schema_.types_) {
        if (type.kind != ast::TypeKind::Object) continue;
        for (const Type* parent : type.interfaces) {
            if (parent->kind != ast::TypeKind::Interface) continue;
            schema_.by_name_.find(parent->name)->second->possible.push_back(&type);
        }
    }
}

void SchemaBuilder::find_roots(const ast::Document& document) {
    bool defined = false;
    for (const ast::Definition& any : document.definitions) {
        const auto* definition = std::get_if<ast::SchemaDefinition>(&any);
        if (definition == nullptr) continue;
        if (!definition->is_extension) {
            if (defined) fail_schema(definition->at, "the schema is defined more than once");
            defined = true;
            schema_.description_ = definition->description;
        }
        add_roots(*definition);
    }
    if (!defined) {
        if (schema_.query_ == nullptr) schema_.query_ = schema_.type("Query");
        if (schema_.mutation_ == nullptr) schema_.mutation_ = schema_.type("Mutation");
        if (schema_.subscription_ == nullptr) schema_.subscription_ = schema_.type("Subscription");
    }
}

void SchemaBuilder::add_roots(const ast::SchemaDefinition& definition) {
    for (const ast::RootOperation& root : definition.operations) {
        const Type*& place = root.kind == ast::OperationKind::Query      ? schema_.query_
                             : root.kind == ast::OperationKind::Mutation ? schema_.mutation_
                                                                         : schema_.subscription_;
        if (place != nullptr) fail_schema(root.at, "this kind of operation already has a type");
        place = &find_type(root.type);
    }
}

void SchemaBuilder::find_listed_types() {
    std::set<const Type*> used;
    const auto use = [&used](const std::vector<InputValue>& values) {
        for (const InputValue& value : values) used.insert(value.type.named);
    };
    for (const Type& type : *schema_.types_) {
        use(type.input_fields);
        for (const FieldType& field : type.fields) {
            used.insert(field.type.named);
            use(field.arguments);
        }
    }
    for (const DirectiveType& directive : schema_.directives_) use(directive.arguments);
    for (const Type& type : *schema_.types_) {
        const bool listed = !is_built_in_scalar(type.name) || used.contains(&type);
        if (listed) schema_.listed_.push_back(&type);
    }
}

TypeRef SchemaBuilder::type_ref(const ast::TypeReference& reference) const {
    TypeRef type;
    const ast::TypeReference* at = &reference;
    for (; at->kind != ast::TypeReference::Kind::Named; at = &at->of.front()) {
        const bool is_list = at->kind == ast::TypeReference::Kind::List;
        type.wrappers.push_back(is_list ? TypeRef::Wrapper::List : TypeRef::Wrapper::NonNull);
    }
    type.named = &find_type(at->name);
    return type;
}

const Type& SchemaBuilder::find_type(const ast::Name& name) const {
    const Type* type = schema_.type(name.text);
    if (type == nullptr) fail_schema(name.at, fmt::format("the type {} does not exist", name.text));
    return *type;
}

void SchemaBuilder::located(const std::string& coordinate, Location at) {
    if (coordinates_.emplace(coordinate, at).second) return;
    fail_schema(at, fmt::format("{} is defined more than once", coordinate));
}

}  // namespace migrator::graphql
