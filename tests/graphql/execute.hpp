#pragma once

#include <boost/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "graphql/engine.hpp"

/// Documents through an engine, for tests.
namespace migrator::graphql::test {

class MemoryOutput final : public Output {
public:
    void append(std::string_view more) override { text += more; }
    std::size_t size() const override { return text.size(); }
    void cut(std::size_t size) override { text.resize(size); }

    std::string text;
};

struct Answer {
    std::string data;  ///< as it was written; empty when it was not executed
    std::vector<RequestError> errors;

    /// `data` and `errors` as one value, for comparison.
    boost::json::object json() const {
        boost::json::object object{{"errors", boost::json::array()}};
        for (const RequestError& error : errors) {
            object["errors"].as_array().push_back(to_json(error));
        }
        if (!data.empty()) object["data"] = boost::json::parse(data);
        return object;
    }
};

inline Answer execute(
    const Engine& engine,
    std::string_view document,
    const boost::json::object& variables = {},
    const Request& request = {}
) {
    auto prepared = engine.prepare(document, std::nullopt, variables);
    if (auto* errors = std::get_if<std::vector<RequestError>>(&prepared)) return {"", *errors};
    MemoryOutput output;
    Execution execution(
        std::get<std::shared_ptr<const Prepared>>(std::move(prepared)), request, output
    );
    execution.run();
    return {output.text, execution.errors()};
}

/// The messages, a line each, with the path in front: `a.0.b: message`.
inline std::string messages(const std::vector<RequestError>& errors) {
    std::string text;
    for (const RequestError& error : errors) {
        std::string path;
        for (const PathElement& element : error.path) {
            if (!path.empty()) path += '.';
            const auto* index = std::get_if<std::size_t>(&element);
            path += index ? std::to_string(*index) : std::get<std::string>(element);
        }
        text += (path.empty() ? "" : path + ": ") + error.message + "\n";
    }
    return text;
}

}  // namespace migrator::graphql::test
