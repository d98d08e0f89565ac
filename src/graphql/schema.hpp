#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "graphql/ast.hpp"

namespace migrator::graphql {

class FieldContext;
class Result;
/// Gives a field its value; `execution.hpp` tells how.
using Resolver = std::function<void(FieldContext&, Result&)>;

struct Type;

/// A type in its wrappers: `[Type!]!` is NonNull, List, NonNull, and then the named type.
struct TypeRef {
    enum class Wrapper : std::uint8_t { List, NonNull };
    std::vector<Wrapper> wrappers;  ///< outermost first
    const Type* named = nullptr;    ///< lives in the schema

    bool is_non_null() const { return !wrappers.empty() && wrappers[0] == Wrapper::NonNull; }
    bool is_list() const { return !wrappers.empty() && wrappers[0] == Wrapper::List; }
    /// Without its outermost wrapper.
    TypeRef inner() const { return {{wrappers.begin() + 1, wrappers.end()}, named}; }
    std::string text() const;  ///< `[Type!]!`
    bool operator==(const TypeRef&) const = default;
};

/// An argument or an input field.
struct InputValue {
    std::string name;
    std::optional<std::string> description;
    TypeRef type;
    std::optional<ast::Value> default_value;
    std::optional<std::string> deprecation_reason;

    bool is_required() const { return type.is_non_null() && !default_value; }
};

struct FieldType {
    std::string name;
    std::optional<std::string> description;
    std::vector<InputValue> arguments;
    TypeRef type;
    std::optional<std::string> deprecation_reason;
    Resolver resolver;  ///< empty: none was given

    const InputValue* argument(std::string_view name) const;
};

struct EnumValue {
    std::string name;
    std::optional<std::string> description;
    std::optional<std::string> deprecation_reason;
};

/// A named type. Only the members of its kind are used.
struct Type {
    ast::TypeKind kind = ast::TypeKind::Scalar;
    std::string name;
    std::optional<std::string> description;
    std::optional<std::string> specified_by_url;  ///< Scalar
    std::vector<FieldType> fields;                ///< Object, Interface; in SDL order
    std::vector<const Type*> interfaces;          ///< Object, Interface
    std::vector<const Type*> possible;            ///< Union, Interface: object types
    std::vector<EnumValue> values;                ///< Enum
    std::vector<InputValue> input_fields;         ///< InputObject

    const FieldType* field(std::string_view name) const;
    const InputValue* input_field(std::string_view name) const;
    const EnumValue* value(std::string_view name) const;
    bool is_composite() const;  ///< Object, Interface, Union
    bool is_input() const;      ///< Scalar, Enum, InputObject
    bool is_leaf() const;       ///< Scalar, Enum
};

struct DirectiveType {
    std::string name;
    std::optional<std::string> description;
    std::vector<InputValue> arguments;
    bool is_repeatable = false;
    std::vector<std::string> locations;  ///< "FIELD", "QUERY", …

    const InputValue* argument(std::string_view name) const;
};

/// The types of an API, from SDL text. The built-in scalars and directives and the types of
/// introspection are always there. Constant once it has its resolvers; then safe for all threads.
class Schema {
public:
    /// The text is the program's own: a test of the program compares it with the reference
    /// implementation. Checked here is only what building needs: syntax, names that are unique and
    /// refer to something. Throws Internal that names the line. Extensions are merged.
    explicit Schema(std::string_view sdl);
    Schema(Schema&&) noexcept = default;
    Schema& operator=(Schema&&) noexcept = default;

    /// Throws Internal when the schema has no such field.
    void resolve(std::string_view type, std::string_view field, Resolver resolver);
    /// Throws Internal that names the first field of an object type without a resolver.
    void check_resolvers() const;

    const Type* type(std::string_view name) const;  ///< null when there is none
    const DirectiveType* directive(std::string_view name) const;
    const Type* query() const { return query_; }
    const Type* mutation() const { return mutation_; }          ///< may be null
    const Type* subscription() const { return subscription_; }  ///< may be null
    const Type* root(ast::OperationKind kind) const;
    const std::optional<std::string>& description() const { return description_; }
    /// In SDL order, then the built-in scalars and the types of introspection.
    const std::deque<Type>& types() const { return *types_; }
    /// Those that introspection shows: all but built-in scalars that nothing refers to.
    const std::vector<const Type*>& listed_types() const { return listed_; }
    const std::deque<DirectiveType>& directives() const { return directives_; }

    /// The object types that a value of `type` can have: itself for an object.
    std::vector<const Type*> possible_types(const Type& type) const;
    bool is_possible(const Type& abstract, const Type& object) const;
    /// The field, or one of the meta-fields `__typename`, `__schema`, `__type` where they are
    /// allowed. Null when there is none.
    const FieldType* field_of(const Type& parent, std::string_view name) const;

private:
    friend class SchemaBuilder;
    std::unique_ptr<std::deque<Type>> types_;  // addresses stay when the schema moves
    std::map<std::string, Type*, std::less<>> by_name_;
    std::vector<const Type*> listed_;
    std::deque<DirectiveType> directives_;
    const Type* query_ = nullptr;
    const Type* mutation_ = nullptr;
    const Type* subscription_ = nullptr;
    std::optional<std::string> description_;
    std::shared_ptr<const std::vector<FieldType>> meta_fields_;
};

/// Whether a value of type `a` can stand where `b` is wanted (section 3.6.1, covariance).
bool is_subtype(const Schema& schema, const TypeRef& a, const TypeRef& b);

}  // namespace migrator::graphql
