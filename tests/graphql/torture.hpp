#pragma once

#include <fstream>
#include <sstream>
#include <string>

#include "graphql/engine.hpp"
#include "graphql/json_resolvers.hpp"

namespace migrator::graphql::test {

inline const std::string& torture_sdl() {
    static const std::string text = [] {
        std::ifstream file(MIGRATOR_SOURCE_DIR "/tests/graphql/schemas/torture.graphql");
        std::ostringstream contents;
        contents << file.rdbuf();
        return contents.str();
    }();
    return text;
}

/// schemas/torture.graphql with resolvers over JSON.
inline const Engine& torture_engine() {
    static const Engine engine = [] {
        Schema schema(torture_sdl());
        resolve_by_json(schema);
        return Engine(std::move(schema));
    }();
    return engine;
}

}  // namespace migrator::graphql::test
