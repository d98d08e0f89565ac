#pragma once

#include "db/sql/apply/context.hpp"

namespace migrator::db::sql::apply {

/// What a run that commits more than once writes down before it begins: for each tenant the first
/// file that it has planned. Makes the request's new tenant first. Fills what `context` says of it.
void write_intent(Context& context, Session& session);

}  // namespace migrator::db::sql::apply
