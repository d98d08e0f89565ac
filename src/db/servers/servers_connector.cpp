#include "db/servers/servers_connector.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <mutex>
#include <optional>
#include <utility>

#include "core/error.hpp"
#include "db/servers/at_once.hpp"
#include "db/servers/merging.hpp"
#include "db/servers/server_list.hpp"
#include "db/servers/servers_run.hpp"
#include "db/servers/tenant_search.hpp"
#include "plan/servers.hpp"

namespace migrator::db::servers {
namespace {

Options options_of_catalog(Options options) {
    options.servers = {};
    // Which of the listed tenants are its own is known for each reading alone.
    if (!options.tenant_select.empty()) {
        options.listed_tenants = [] { return std::vector<std::string>(); };
    }
    return options;
}

/// A row that outlives its connection, or none.
class OneRow : public AppliedRows {
public:
    explicit OneRow(std::optional<AppliedMigration> row) : row_(std::move(row)) {}

    bool next(AppliedMigration& row) override {
        if (!row_) return false;
        row = *std::exchange(row_, std::nullopt);
        return true;
    }

private:
    std::optional<AppliedMigration> row_;
};

class ServersConnector : public Connector {
public:
    ServersConnector(const Options& options, const Connect& connect)
        : list_(options, connect), catalog_(connect(options_of_catalog(options))) {}

    Atomicity atomicity() const override { return catalog_->atomicity(); }
    bool has_fleets() const override { return catalog_->has_fleets(); }
    void ping() override { catalog_->ping(); }

    Applied read_applied(const std::vector<Migration>& sources) override {
        const Layout layout = list_.read();
        Merging merging(sources, layout, list_.options().servers.catalog_files);
        on_each(
            layout,
            [&](std::size_t i, Connector& connector) {
                merging.add(i, connector.read_applied(sources));
            },
            [&](std::size_t i, const std::string& problem) { merging.add_problem(i, problem); }
        );
        return merging.take();
    }

    TenantList tenant_list() override {
        const Layout layout = list_.read();
        std::vector<TenantList> lists(layout.servers.size());
        std::vector<std::string> problems(layout.servers.size());
        on_each(
            layout,
            [&](std::size_t i, Connector& connector) { lists[i] = connector.tenant_list(); },
            [&](std::size_t i, const std::string& problem) { problems[i] = problem; }
        );
        for (std::size_t i = 0; i < problems.size(); ++i) {
            if (problems[i].empty()) continue;
            // A list that lacks a server's tenants looks like a whole one.
            throw Error(
                ErrorKind::Unavailable,
                fmt::format(
                    "server {} could not be read, so the list of tenants would not be whole: {}",
                    layout.servers[i].name,
                    problems[i]
                )
            );
        }
        TenantList all{.names = {}, .bad = layout.bad_tenants, .warnings = {}};
        for (std::size_t i = 0; i < lists.size(); ++i) {
            TenantList& list = lists[i];
            std::ranges::move(list.names, std::back_inserter(all.names));
            std::ranges::move(list.bad, std::back_inserter(all.bad));
            for (const std::string& warning : list.warnings) {
                all.warnings.push_back(fmt::format("server {}: {}", layout.servers[i].name, warning)
                );
            }
        }
        return all;
    }

    TenantTraces find_tenant(const SchemaName& tenant, const std::vector<Migration>& sources)
        override {
        return find_on_servers(list_, list_.read(), tenant, sources).traces;
    }

    bool contains_failures(
        std::size_t failed, std::size_t tenants, const std::optional<Share>& max_failures
    ) const override {
        return catalog_->contains_failures(failed, tenants, max_failures);
    }

    /// Ids are a server's own, so rows of several cannot stand in one list. The text of a file is
    /// the same everywhere: the first server that has it tells.
    std::unique_ptr<AppliedRows> applied_migrations(const RowsWanted& wanted) override {
        if (wanted.newest_of.empty()) return catalog_->applied_migrations(wanted);
        const Layout layout = list_.read();
        AppliedMigration row;
        for (const Server& server : layout.servers) {
            if (server.is_catalog) {
                if (!catalog_->applied_migrations(wanted)->next(row)) continue;
            } else if (!server.problem.empty() ||
                       !list_.open(layout, server)->applied_migrations(wanted)->next(row)) {
                continue;
            }
            return std::make_unique<OneRow>(std::move(row));
        }
        return std::make_unique<OneRow>(std::nullopt);
    }

    std::vector<Version> versions(const VersionsWanted& wanted) override {
        return catalog_->versions(wanted);
    }

    std::vector<std::string> broken_objects() override {
        const Layout layout = list_.read();
        std::vector<std::vector<std::string>> found(layout.servers.size());
        on_each(
            layout,
            [&](std::size_t i, Connector& connector) { found[i] = connector.broken_objects(); },
            [](std::size_t, const std::string&) {}
        );  // `read_applied` names a server that is away
        std::vector<std::string> all;
        for (std::size_t i = 0; i < found.size(); ++i) {
            for (const std::string& object : found[i]) {
                all.push_back(fmt::format("server {}: {}", layout.servers[i].name, object));
            }
        }
        return all;
    }

    std::optional<RunOwner> lock_owner() override { return catalog_->lock_owner(); }

    std::unique_ptr<Run> try_begin_run(const RunOwner& owner) override {
        auto run = catalog_->try_begin_run(owner);
        if (run == nullptr) return nullptr;
        return std::make_unique<ServersRun>(list_, *catalog_, std::move(run), owner);
    }

    RunRecords& run_records() override { return catalog_->run_records(); }
    AuditLog& audit_log() override { return catalog_->audit_log(); }
    PoolUse connections() const override { return catalog_->connections(); }
    std::string dry_run_note() const override { return catalog_->dry_run_note(); }

    std::vector<ScriptProblem> check(const Plan& plan) override { return catalog_->check(plan); }

    TraceReport trace(const Plan&, const std::vector<Migration>&, const TraceRequest&) override {
        refuse("Files cannot be traced");
    }
    Analysis analyze(const Plan&, const TraceRequest&) override {
        refuse("Files cannot be analyzed");
    }
    std::unique_ptr<Catalog> catalog(const CatalogWanted&) override {
        refuse("Schemas cannot be compared");
    }
    std::vector<StoredFingerprint> fingerprints() override { refuse("Schemas cannot be compared"); }
    std::vector<TenantSchema>
    tenant_schemas(const std::vector<std::string>&, const std::vector<Migration>&) override {
        refuse("Schemas cannot be compared");
    }
    SchemaContents
    built_schema(const std::vector<const Migration*>&, const CatalogWanted&, const std::string&)
        override {
        refuse("Schemas cannot be compared");
    }
    CheckReport run_checks(const Plan&) override { refuse("Checks cannot be asked"); }

    std::vector<std::vector<std::optional<std::string>>> ask(const std::string& sql) override {
        return catalog_->ask(sql);
    }

    std::vector<std::string> check_new_tenant(const Plan& plan, const ApplyRequest& request)
        override {
        return catalog_->check_new_tenant(plan, request);
    }

    FileText file_text(const Migration& migration, const std::string& schema) override {
        return catalog_->file_text(migration, schema);
    }

    std::string preview(const Migration& migration, const std::string& schema) override {
        return catalog_->preview(migration, schema);
    }

private:
    /// Calls `work(place, connector)` for each server, some at once; `tell(place, problem)` for one
    /// that cannot be asked, but throws for the catalog.
    template <typename Work, typename Tell>
    void on_each(const Layout& layout, Work&& work, Tell&& tell) {
        std::exception_ptr failed;
        std::mutex mutex;
        do_at_once(layout.servers.size(), list_.connections(), [&](std::size_t i) {
            const Server& server = layout.servers[i];
            try {
                const auto own =
                    server.is_catalog && !layout.has_lists() ? nullptr : list_.open(layout, server);
                work(i, own == nullptr ? *catalog_ : *own);
            } catch (const Error& error) {
                if (!server.is_catalog) return tell(i, error.what());
                const std::lock_guard lock(mutex);
                failed = std::current_exception();
            } catch (...) {
                const std::lock_guard lock(mutex);
                failed = std::current_exception();
            }
        });
        if (failed) std::rethrow_exception(failed);
    }

    [[noreturn]] static void refuse(std::string_view what) {
        throw Error(
            ErrorKind::InvalidRequest,
            fmt::format(
                "{} over several servers; ask one of them alone, with a configuration that has it "
                "as dataSource and no servers",
                what
            )
        );
    }

    ServerList list_;
    const std::unique_ptr<Connector> catalog_;
};

}  // namespace

std::unique_ptr<Connector> make_servers_connector(const Options& options, Connect connect) {
    return std::make_unique<ServersConnector>(options, connect);
}

}  // namespace migrator::db::servers
