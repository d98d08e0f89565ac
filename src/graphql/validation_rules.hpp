#pragma once

#include <memory>

#include "graphql/validation_walk.hpp"

/// The families of rules of section 5 of the specification, and the limits. Their names are those
/// of the reference implementation. Messages are its messages too, less its guesses of what was
/// meant.
namespace migrator::graphql {

/// Depth, complexity and aliases. True when one of them is exceeded: the other rules could then be
/// more work than the document is worth.
bool exceeds_limits(ValidationContext& context);

/// ExecutableDefinitions, UniqueOperationNames, LoneAnonymousOperation, SingleFieldSubscriptions
void check_operations(ValidationContext& context);
/// UniqueFragmentNames, NoUnusedFragments, NoFragmentCycles
void check_fragments(ValidationContext& context);

/// KnownTypeNames, FieldsOnCorrectType, ScalarLeafs
std::unique_ptr<Rule> field_rules(ValidationContext& context);
/// FragmentsOnCompositeTypes, KnownFragmentNames, PossibleFragmentSpreads
std::unique_ptr<Rule> spread_rules(ValidationContext& context);
/// UniqueVariableNames, VariablesAreInputTypes, NoUndefinedVariables, NoUnusedVariables,
/// VariablesInAllowedPosition
std::unique_ptr<Rule> variable_rules(ValidationContext& context);
/// KnownDirectives, UniqueDirectivesPerLocation
std::unique_ptr<Rule> directive_rules(ValidationContext& context);
/// KnownArgumentNames, UniqueArgumentNames, ProvidedRequiredArguments
std::unique_ptr<Rule> argument_rules(ValidationContext& context);
/// ValuesOfCorrectType, UniqueInputFieldNames
std::unique_ptr<Rule> value_rules(ValidationContext& context);
/// OverlappingFieldsCanBeMerged
std::unique_ptr<Rule> overlap_rule(ValidationContext& context);

}  // namespace migrator::graphql
