#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/migration.hpp"
#include "core/plan.hpp"
#include "db/sql/store/metadata_shape.hpp"
#include "db/sql/store/tables.hpp"
#include "identity/recognition.hpp"

namespace migrator::db::sql::store {

/// The source's tenant migrations that somebody has, and by which names.
struct KnownFiles {
    std::vector<std::string> files;      ///< identities, in source order
    std::vector<std::string> names;      ///< recorded
    std::vector<std::size_t> positions;  ///< for each name: of its file

    void add(std::string_view name, std::size_t position) {
        names.emplace_back(name);
        positions.push_back(position);
    }
    bool have_one_name_each() const { return names.size() == files.size(); }
};

/// Reads what is applied, as far as a plan needs it: its cost does not grow with history × tenants
/// × size of files.
class AppliedReader {
public:
    explicit AppliedReader(const Tables& tables) : tables_(tables) {}

    /// `sources` are all files, in source order.
    Applied read(const MetadataShape& shape, const std::vector<Migration>& sources);

private:
    std::vector<identity::RecordedName> read_names(std::size_t expected);
    void read_newest_rows(std::vector<identity::RecordedName>& recorded);
    identity::Names recognize(
        const std::vector<SamePlace>& declared,
        std::span<const identity::RecordedName> recorded,
        const std::vector<Migration>& sources,
        Applied& applied
    ) const;
    /// Takes the checksum of `recorded`.
    static void add_file(
        identity::RecordedName& recorded, const identity::Names& names, Applied& applied
    );
    static KnownFiles known_files(
        const std::vector<Migration>& sources,
        std::span<const identity::RecordedName> recorded,
        const Applied& applied
    );

    /// A tenant, whether it has each file once, and else the file it lacks, from 0, when it has
    /// each of the others once and the server can tell.
    using TakeCount = std::function<
        void(const std::string& tenant, bool is_complete, std::optional<std::size_t> missing)>;
    /// Calls `take` for each tenant that has rows of `known`.
    void count_files(const KnownFiles& known, const TakeCount& take);
    std::string hash_query(const KnownFiles& known) const;
    std::string name_of_today(const KnownFiles& known) const;
    void read_counts(
        const std::vector<Migration>& sources,
        std::span<const identity::RecordedName> recorded,
        Applied& applied
    );
    void find_missing_schemas(const std::vector<Migration>& sources, Applied& applied);
    void read_places(const KnownFiles& known, const FileSet& none, Applied& applied);
    void count_files_of_tenants(const KnownFiles& known, const FileSet& none, Applied& applied);
    void read_files_of_tenants(
        const KnownFiles& known, std::span<const std::string> tenants, Applied& applied
    );

    const Tables tables_;
};

}  // namespace migrator::db::sql::store
