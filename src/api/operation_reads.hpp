#pragma once

#include <exception>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "coordinator/coordinator.hpp"
#include "graphql/execution.hpp"

namespace migrator::api {

/// What reading costs an operation of v2, in fields written (`graphql::Request::most_cost`).
inline constexpr std::size_t kCostOfStatement = 1'000;  ///< finds a few rows by their IDs
inline constexpr std::size_t kCostOfSource = 50'000;    ///< reads a table, or all files

/// What the fields of one operation read: each of it once, however many aliases ask. Where reading
/// fails, it fails for all of them. What is returned lives as long as this; one thread at a time.
class OperationReads {
public:
    explicit OperationReads(coordinator::Coordinator& coordinator) : coordinator_(&coordinator) {}

    const std::vector<Migration>& files(graphql::FieldContext& context);
    const std::vector<std::string>& tenants(graphql::FieldContext& context);
    const std::vector<Version>& versions(
        graphql::FieldContext& context, const db::VersionsWanted& wanted
    );
    const plan::FleetStandings& fleet(graphql::FieldContext& context, const plan::FleetPage& page);

private:
    template <typename T>
    struct Once {
        std::optional<T> value;
        std::exception_ptr failure;
    };
    using VersionsKey = std::tuple<std::optional<std::int64_t>, std::optional<std::string>>;

    template <typename T, typename Read>
    static const T& once(
        Once<T>& known, graphql::FieldContext& context, std::size_t cost, Read read
    );
    const coordinator::Source& source(graphql::FieldContext& context);

    coordinator::Coordinator* coordinator_;
    Once<coordinator::Source> source_;
    Once<Applied> applied_;
    Once<std::vector<std::string>> tenants_;
    std::map<VersionsKey, Once<std::vector<Version>>> versions_;
    std::map<plan::FleetPage, Once<plan::FleetStandings>> pages_;
};

}  // namespace migrator::api
