#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/migration.hpp"
#include "core/plan.hpp"
#include "db/sql/store/metadata_shape.hpp"
#include "db/sql/store/tables.hpp"

namespace migrator::db::sql::store {

/// Reads what is applied, as far as a plan needs it: its cost does not grow with history × tenants
/// × size of files.
class AppliedReader {
public:
    explicit AppliedReader(const Tables& tables) : tables_(tables) {}

    /// `sources` are all files, in source order.
    Applied read(const MetadataShape& shape, const std::vector<Migration>& sources);

private:
    /// A tenant, whether it has each file once, and else the file it lacks, from 0, when it has
    /// each of the others once and the server can tell.
    using TakeCount = std::function<
        void(const std::string& tenant, bool is_complete, std::optional<std::size_t> missing)>;
    /// Calls `take` for each tenant that has rows of `files`.
    void count_files(std::span<const std::string> files, const TakeCount& take);
    std::string hash_query(std::span<const std::string> files) const;
    void read_counts(const std::vector<Migration>& sources, Applied& applied);
    void read_places(std::span<const std::string> files, const FileSet& none, Applied& applied);
    void count_files_of_tenants(
        std::span<const std::string> known, const FileSet& none, Applied& applied
    );
    void read_files_of_tenants(
        std::span<const std::string> files, std::span<const std::string> tenants, Applied& applied
    );

    const Tables tables_;
};

}  // namespace migrator::db::sql::store
