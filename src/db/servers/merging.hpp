#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/plan.hpp"
#include "db/servers/server_list.hpp"

namespace migrator::db::servers {

/// Puts what several servers have recorded together, as they are read. `add` and `add_problem` may
/// be called from several threads, once for each server.
class Merging {
public:
    /// All live longer.
    Merging(
        const std::vector<Migration>& sources,
        const Layout& layout,
        const std::vector<std::string>& catalog_files
    );

    void add(std::size_t server, Applied applied);
    void add_problem(std::size_t server, const std::string& problem);

    /// After all servers. Tenants on two servers, or on none, are bad ones.
    Applied take();

private:
    void add_files(Applied& applied, ServerRecords& records);
    void add_tenants(Applied& applied, const ServerRecords& records, bool is_catalog);
    void add_base(const BaseFinding& base);
    void settle_singles();
    void settle_tenants();
    void find_moved_tenants();
    void tell_absent_tenants();
    void tell_sets_of_tenants();
    FileSet renumbered(const FileSet& files) const;

    const std::vector<Migration>& sources_;
    const Layout& layout_;
    std::mutex mutex_;
    std::shared_ptr<FileNumbers> numbers_;
    std::unordered_map<std::string_view, const Migration*> by_file_;
    Applied merged_;
    std::unordered_map<std::string, std::size_t> servers_with_single_;
    /// Records of tenants that their server does not list, by tenant.
    struct Stray {
        std::size_t server = 0;
        std::size_t count = 0;
    };
    std::unordered_map<std::string, Stray> strays_;
};

}  // namespace migrator::db::servers
