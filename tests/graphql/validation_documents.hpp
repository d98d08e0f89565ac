#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <string>
#include <vector>

#include "graphql/parser.hpp"
#include "graphql/schema.hpp"
#include "graphql/validation.hpp"

/// Errors of documents in a form that can be compared with the oracle's.
namespace migrator::graphql::test {

/// "message @ 1:2 3:4", sorted: the order of rules says nothing.
using Complaints = std::vector<std::string>;

inline std::string complaint(std::string message, const std::string& locations) {
    // We don't guess what was meant.
    const auto guess = message.find(" Did you mean ");
    if (guess != std::string::npos) message.resize(guess);
    // The reference prints a block string as one, and we do not: that of the random documents.
    for (const char* block : {"\"\"\"", "\" s \""}) {
        const auto found = message.find(block);
        if (found != std::string::npos) message.resize(found);
    }
    return message + " @" + locations;
}

inline Complaints complaints(const std::vector<RequestError>& errors) {
    Complaints result;
    for (const RequestError& error : errors) {
        std::string locations;
        for (const Location& at : error.locations) {
            locations += " " + std::to_string(at.line) + ":" + std::to_string(at.column);
        }
        result.push_back(complaint(error.message, locations));
    }
    std::ranges::sort(result);
    return result;
}

inline Complaints complaints(const boost::json::value& answer) {
    Complaints result;
    for (const auto& error : answer.at("errors").as_array()) {
        std::string locations;
        for (const auto& at : error.at("locations").as_array()) {
            locations += " " + std::to_string(at.at("line").to_number<int>()) + ":" +
                         std::to_string(at.at("column").to_number<int>());
        }
        result.push_back(complaint(std::string(error.at("message").as_string()), locations));
    }
    std::ranges::sort(result);
    return result;
}

/// Of parsing, else of validating.
inline std::vector<RequestError> errors_of(
    const Schema& schema, const std::string& text, const Limits& limits = {}
) {
    auto parsed = parse(text, limits);
    if (auto* error = std::get_if<RequestError>(&parsed)) return {*error};
    return validate(schema, std::get<ast::Document>(parsed), limits);
}

}  // namespace migrator::graphql::test
