#include "graphql/built_in.hpp"

namespace migrator::graphql {

const std::string_view kBuiltInTypes = R"(
"A whole number of 32 bits with a sign."
scalar Int
"A number of double precision (IEEE 754)."
scalar Float
"Text."
scalar String
"`true` or `false`."
scalar Boolean
"Identifies something; written as a string, and accepted as a string or a whole number."
scalar ID

"Leaves out what it stands at when `if` is true."
directive @skip("Whether to leave it out." if: Boolean!)
  on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
"Leaves out what it stands at when `if` is false."
directive @include("Whether to keep it." if: Boolean!)
  on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
"What it stands at should no longer be used."
directive @deprecated("Why, and what to use instead, as Markdown." reason: String = "No longer supported")
  on FIELD_DEFINITION | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION | ENUM_VALUE
"Says where the values of a scalar are specified."
directive @specifiedBy("The address of that specification." url: String!) on SCALAR

"What this service can do: its types, its directives, and where operations start."
type __Schema {
  description: String
  "All types."
  types: [__Type!]!
  "Where queries start."
  queryType: __Type!
  "Where mutations start, if there are any."
  mutationType: __Type
  "Where subscriptions start, if there are any."
  subscriptionType: __Type
  "All directives."
  directives: [__Directive!]!
}

"A type. Which fields are not null depends on its `kind`."
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
  "As it is written in GraphQL."
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

"What a type is."
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

"Changes how a part of a document is executed or understood."
type __Directive {
  name: String!
  description: String
  isRepeatable: Boolean!
  locations: [__DirectiveLocation!]!
  args(includeDeprecated: Boolean = false): [__InputValue!]!
}

"Where a directive may stand."
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
  "Where a named fragment is used."
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
  "At the definition of an enum's value."
  ENUM_VALUE
  "At the definition of an input object."
  INPUT_OBJECT
  "At the definition of a field of an input object."
  INPUT_FIELD_DEFINITION
}
)";

}  // namespace migrator::graphql
