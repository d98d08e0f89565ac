#include "graphql/built_in.hpp"

namespace migrator::graphql {

const std::string_view kBuiltInTypes = R"(
"A signed 32-bit integer."
scalar Int
"A double-precision number (IEEE 754)."
scalar Float
"Text."
scalar String
"`true` or `false`."
scalar Boolean
"An identifier; serialized as a string, accepted as a string or an integer."
scalar ID

"Skips the field or fragment if `if` is true."
directive @skip("Whether to skip." if: Boolean!)
  on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
"Includes the field or fragment only if `if` is true."
directive @include("Whether to include." if: Boolean!)
  on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
"Marks an element that should no longer be used."
directive @deprecated("Reason and replacement, as Markdown." reason: String = "No longer supported")
  on FIELD_DEFINITION | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION | ENUM_VALUE
"Names the specification of a scalar."
directive @specifiedBy("URL of the specification." url: String!) on SCALAR

"The types, directives and root operation types of this service."
type __Schema {
  description: String
  "All types."
  types: [__Type!]!
  "Root type of queries."
  queryType: __Type!
  "Root type of mutations, if supported."
  mutationType: __Type
  "Root type of subscriptions, if supported."
  subscriptionType: __Type
  "All directives."
  directives: [__Directive!]!
}

"A type. Its `kind` determines which fields are not null."
type __Type {
  kind: __TypeKind!
  name: String
  description: String
  specifiedByURL: String
  fields(includeDeprecated: Boolean = false): [__Field!]
  interfaces: [__Type!]
  possibleTypes: [__Type!]
  enumValues(includeDeprecated: Boolean = false): [__EnumValue!]
  inputFields(includeDeprecated: Boolean = false): [__InputValue!]
  ofType: __Type
}

"A field of an object or interface."
type __Field {
  name: String!
  description: String
  args(includeDeprecated: Boolean = false): [__InputValue!]!
  type: __Type!
  isDeprecated: Boolean!
  deprecationReason: String
}

"An argument, or a field of an input object."
type __InputValue {
  name: String!
  description: String
  type: __Type!
  "In GraphQL syntax."
  defaultValue: String
  isDeprecated: Boolean!
  deprecationReason: String
}

"One value of an enum."
type __EnumValue {
  name: String!
  description: String
  isDeprecated: Boolean!
  deprecationReason: String
}

"The kind of a type."
enum __TypeKind {
  "A leaf without fields."
  SCALAR
  "Has `fields` and `interfaces`."
  OBJECT
  "Has `fields`, `interfaces` and `possibleTypes`."
  INTERFACE
  "Has `possibleTypes`."
  UNION
  "Has `enumValues`."
  ENUM
  "Has `inputFields`."
  INPUT_OBJECT
  "A list of `ofType`."
  LIST
  "`ofType`, but never null."
  NON_NULL
}

"Changes how part of a document is executed or validated."
type __Directive {
  name: String!
  description: String
  isRepeatable: Boolean!
  locations: [__DirectiveLocation!]!
  args(includeDeprecated: Boolean = false): [__InputValue!]!
}

"A place where a directive can be used."
enum __DirectiveLocation {
  "At a query."
  QUERY
  "At a mutation."
  MUTATION
  "At a subscription."
  SUBSCRIPTION
  "At a field."
  FIELD
  "At the definition of a fragment."
  FRAGMENT_DEFINITION
  "At a fragment spread."
  FRAGMENT_SPREAD
  "At an inline fragment."
  INLINE_FRAGMENT
  "At the definition of a variable."
  VARIABLE_DEFINITION
  "At the definition of the schema."
  SCHEMA
  "At the definition of a scalar."
  SCALAR
  "At the definition of an object type."
  OBJECT
  "At the definition of a field."
  FIELD_DEFINITION
  "At the definition of an argument."
  ARGUMENT_DEFINITION
  "At the definition of an interface."
  INTERFACE
  "At the definition of a union."
  UNION
  "At the definition of an enum."
  ENUM
  "At the definition of an enum value."
  ENUM_VALUE
  "At the definition of an input object."
  INPUT_OBJECT
  "At the definition of an input object field."
  INPUT_FIELD_DEFINITION
}
)";

}  // namespace migrator::graphql
