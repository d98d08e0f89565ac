#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "core/error.hpp"
#include "db/options.hpp"
#include "db/sql/connector/leased_rows.hpp"
#include "db/sql/connector/session_pool.hpp"
#include "db/sql/store/metadata_shape.hpp"
#include "db/sql/store/tables.hpp"

namespace migrator::db::sql::connector {

/// Runs reads on connections of a pool, as one statement where it can: it neither asks a
/// connection first whether it is still there, nor, once it has seen all tables, whether they are.
/// What turns out wrong is done again, once, before anybody has seen a row. Thread-safe.
class Reader {
public:
    using Lease = std::unique_ptr<SessionPool::Lease>;

    /// Both live longer.
    Reader(Server& server, const Options& options)
        : server_(server), options_(options), pool_(server, options.max_connections) {}

    /// Runs `work(session)`. The connection is closed when it throws.
    template <typename Work>
    auto on_session(Work&& work) {
        return on_lease([&](Lease& lease) { return work(**lease); });
    }

    /// Runs `work(tables, shape)`.
    template <typename Work>
    auto read(Work&& work) {
        return on_lease([&](Lease& lease) { return with_tables(**lease, work); });
    }

    /// The rows of what `work(session, tables, shape)` opens; none when that is null. `what`:
    /// see `told_as`.
    template <typename Work>
    LeasedRows open(const std::string& what, Work&& work) {
        return on_lease([&](Lease& lease) {
            Row first;
            std::unique_ptr<RowSource> source;
            const bool any =
                with_tables(**lease, [&](const store::Tables& tables, const auto& shape) {
                    source.reset();
                    return told_as(what, [&] {
                        source = work(**lease, tables, shape);
                        return source != nullptr && source->next(first);
                    });
                });
            if (!any) return LeasedRows();
            return LeasedRows(std::move(lease), std::move(source), std::move(first), what);
        });
    }

    /// Runs `work(lease)`, which may move the lease away when it has succeeded.
    template <typename Work>
    auto on_lease(Work&& work) {
        Lease lease = pool_.lease();
        bool lost = false;
        const auto attempt = [&] {
            try {
                return work(lease);
            } catch (...) {
                lost = (*lease)->is_lost();
                lease->discard();
                throw;
            }
        };
        if (lease->was_idle()) {
            try {
                return attempt();
            } catch (const Error&) {
                if (!lost) throw;
            }
            lease->renew();
        }
        return attempt();
    }

    /// Runs `work(tables, shape)` on this session.
    template <typename Work>
    auto with_tables(Session& session, Work&& work) {
        const store::Tables tables{session, server_.dialect(), options_};
        if (has_all_tables_) {
            try {
                return work(tables, kAllTables);
            } catch (const Error& error) {
                if (!may_lack_a_table(session, error)) throw;
                has_all_tables_ = false;
            }
        }
        const store::MetadataShape shape = store::read_shape(session, server_.dialect());
        if (is_complete(shape)) has_all_tables_ = true;
        return work(tables, shape);
    }

    PoolUse use() const { return pool_.use(); }

private:
    static constexpr store::MetadataShape kAllTables{
        true, true, true, true, true, true, true, true, true, true, true, true};

    /// The shapes of tables are told apart by name only: whatever the server refused may be it.
    static bool may_lack_a_table(const Session& session, const Error& error) {
        return !session.is_lost() &&
               (error.kind() == ErrorKind::Internal || error.kind() == ErrorKind::Unavailable ||
                error.kind() == ErrorKind::MigrationFailed);
    }

    /// As far as reads look at it.
    bool is_complete(store::MetadataShape shape) const {
        shape.audit = true;
        shape.filename_index = true;
        shape.exact_names = true;
        if (!options_.tenant_select.empty()) shape.tenants = true;
        return shape == kAllTables;
    }

    Server& server_;
    const Options& options_;
    SessionPool pool_;
    /// A table can only be missing later when somebody drops it.
    std::atomic<bool> has_all_tables_ = false;
};

}  // namespace migrator::db::sql::connector
