#pragma once

#include <cstdlib>
#include <string_view>

#include "graphql/parser.hpp"
#include "graphql/schema.hpp"
#include "graphql/validation.hpp"

namespace migrator::graphql::test {

/// Parses and validates any bytes; ends the process when a promise of the headers does not hold.
inline void check_document(const Schema& schema, std::string_view text) {
    const auto parsed = parse(text);
    if (const auto* error = std::get_if<RequestError>(&parsed)) {
        if (error->locations.size() != 1) std::abort();
        return;
    }
    const Limits limits;
    const auto errors = validate(schema, std::get<ast::Document>(parsed), limits);
    if (errors.size() > limits.errors + 1) std::abort();
    for (const RequestError& error : errors) {
        if (error.message.empty()) std::abort();
    }
}

}  // namespace migrator::graphql::test
