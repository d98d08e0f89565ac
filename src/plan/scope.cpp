#include "plan/scope.hpp"

namespace migrator::plan {

std::vector<Scope> scopes(const Applied& applied) {
    if (applied.servers.empty()) return {Scope(applied, nullptr)};
    std::vector<Scope> all;
    for (const ServerRecords& server : applied.servers) {
        if (server.problem.empty()) all.emplace_back(applied, &server);
    }
    return all;
}

}  // namespace migrator::plan
