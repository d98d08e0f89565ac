#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "api/version_rows.hpp"
#include "coordinator/coordinator.hpp"
#include "graphql/execution.hpp"
#include "graphql/schema.hpp"

/// The values behind the object types of v2: SourceMigration is a `Migration`, DBMigration an
/// `AppliedMigration`, Tenant a `std::string`, Version a `VersionNode`, Summary a `Summary`.
namespace migrator::api {

/// The columns that the selection below a DBMigration needs.
db::Columns columns_for(const graphql::Selected& selected);

/// Where the rows of versions come from.
class VersionSource {
public:
    /// `selected` is what is asked of each of the `versions`; they are asked in this order.
    VersionSource(
        coordinator::Coordinator& coordinator,
        const graphql::Selected& selected,
        const std::vector<Version>& versions
    );
    /// Rows that are there already: those of a dry run. They lack the contents, which are those of
    /// `files`. Both live longer.
    VersionSource(const std::vector<AppliedMigration>& rows, const std::vector<Migration>& files);

    void write_rows(
        std::int64_t version_id, graphql::FieldContext& context, graphql::Result& result
    ) const;
    /// Empty when nobody knows.
    std::string creator_of(std::int64_t version_id) const;

private:
    const std::vector<AppliedMigration>* given_ = nullptr;
    std::unordered_map<std::string_view, const Migration*> files_;
    coordinator::Coordinator* coordinator_ = nullptr;
    db::Columns columns_;
    std::map<std::int64_t, std::string> creators_;
    std::shared_ptr<VersionRows> rows_;  ///< null: each time a statement of its own
};

struct VersionNode {
    const Version& version;
    const VersionSource& source;
};

/// Gives the fields of all object types but Query and Mutation their resolvers.
void resolve_types(graphql::Schema& schema);

}  // namespace migrator::api
