#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "graphql/ast.hpp"
#include "graphql/schema.hpp"

namespace migrator::graphql {

/// Throws Internal: "GraphQL schema, line 3: what is wrong".
[[noreturn]] void fail_schema(Location at, const std::string& message);

/// Turns parsed SDL into the members of a Schema; for one schema, once.
class SchemaBuilder {
public:
    explicit SchemaBuilder(Schema& schema) : schema_(schema) {}

    void build(std::string_view sdl);

private:
    /// Declares before it fills: types refer to each other in any order.
    void declare_types(const ast::Document& document);
    void declare_directives(const ast::Document& document);
    void fill_types(const ast::Document& document, bool extensions);
    void fill(Type& type, const ast::TypeDefinition& definition);
    void fill_fields(Type& type, const std::vector<ast::FieldDefinition>& definitions);
    void fill_values(Type& type, const std::vector<ast::EnumValueDefinition>& definitions);
    void find_roots(const ast::Document& document);
    void add_roots(const ast::SchemaDefinition& definition);
    void find_possible_types();
    void find_listed_types();

    FieldType field_type(const std::string& owner, const ast::FieldDefinition& definition);
    std::vector<InputValue> input_values(
        const std::string& owner,
        std::string_view suffix,
        const std::vector<ast::InputValueDefinition>& definitions
    );
    TypeRef type_ref(const ast::TypeReference& reference) const;
    const Type& find_type(const ast::Name& name) const;
    void located(const std::string& coordinate, Location at);

    Schema& schema_;
    /// `Query`, `Query.user`, `Query.user(id:)`, `@skip(if:)`: where each part was written, by the
    /// name that messages use for it.
    std::map<std::string, Location, std::less<>> coordinates_;
};

}  // namespace migrator::graphql
