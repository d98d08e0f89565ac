#pragma once

#include <vector>

#include "graphql/ast.hpp"
#include "graphql/error.hpp"
#include "graphql/limits.hpp"
#include "graphql/schema.hpp"

namespace migrator::graphql {

/// All rules of section 5 of the specification of October 2021, and the limits (depth, complexity,
/// aliases). Empty: the document may be executed. The errors agree in number and locations with
/// those of graphql-js 16; it stops at `limits.errors`. The cost is bounded by the limits, also for
/// documents made to be expensive (fields that overlap, fragments in fragments).
std::vector<RequestError> validate(
    const Schema& schema, const ast::Document& document, const Limits& limits = {}
);

}  // namespace migrator::graphql
