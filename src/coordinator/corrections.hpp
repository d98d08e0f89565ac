#pragma once

#include <memory>
#include <string>
#include <vector>

#include "coordinator/asker.hpp"
#include "coordinator/audit.hpp"
#include "coordinator/dependencies.hpp"
#include "coordinator/inspection.hpp"
#include "coordinator/options.hpp"
#include "core/migration.hpp"

namespace migrator::coordinator {

/// Corrections of the metadata that a person asks for: accept, forget, remove. Thread-safe.
class Corrections {
public:
    /// What it is made from lives longer.
    Corrections(
        const Dependencies& dependencies,
        const Inspection& inspection,
        Audit& audit,
        const Options& options
    );

    /// What `accept` would do: the file as it is, and its recorded checksum. Throws NotFound when
    /// the file is not in the source, or not recorded; `file` is an identity or its unique end.
    struct Change {
        Migration migration;
        std::string recorded_check_sum;
        std::vector<std::string> names;  ///< that it is recorded under
    };
    Change find_change(const std::string& file);
    /// Takes the lock; throws Locked. `asker`, here and below: for the audit.
    void accept(const Change& change, const std::string& request_id, const Asker& asker = {});
    /// The text that was applied, byte for byte. Throws NotFound when it is not recorded so.
    std::string applied_text(const Change& change) const;

    /// The tenant's recorded migrations from `file` (identity or its unique end) on, in source
    /// order: what `forget` would make pending again. Throws NotFound.
    struct Forgettable {
        std::vector<Migration> files;
        std::vector<std::string> other_names;  ///< that they are recorded under
    };
    Forgettable find_forgettable(const std::string& tenant, const std::string& file);
    /// Takes the lock; throws Locked.
    void forget(
        const std::string& tenant,
        const Forgettable& forgettable,
        const std::string& request_id,
        const Asker& asker = {}
    );

    /// What there is of a tenant, listed or not. Throws NotFound when there is nothing, and what
    /// `db::Connector::find_tenant` throws.
    db::TenantTraces find_tenant(const std::string& tenant);
    /// Takes the lock, throws Locked; and what `find_tenant` and `db::Run::remove_tenant` throw.
    /// Gives what was removed.
    db::TenantTraces remove_tenant(
        const std::string& tenant,
        bool drop_schema,
        const std::string& request_id,
        const Asker& asker = {}
    );

    /// Of several servers: moves the records of a tenant whose schema is on `server` now. Takes the
    /// lock, throws Locked; and what `db::Run::move_tenant` throws. Gives the server that had them.
    std::string move_tenant(
        const std::string& tenant,
        const std::string& server,
        const std::string& request_id,
        const Asker& asker = {}
    );

    /// What it means that the recorded place `from` is the source's place `to` today. Both are base
    /// locations; or both are files, or directories, of the source, relative to its base or whole.
    struct Moved {
        std::vector<SamePlace> places;    ///< to be recorded
        std::vector<db::Rename> renames;  ///< rows to be rewritten
        std::size_t files = 0;            ///< recorded migrations that are known again
        std::string from;                 ///< as it was asked for, like the next
        std::string to;
    };
    /// `rewrite`: the rows get their names of today, so that the Go program knows them, too. Files
    /// and directories are always rewritten. Throws NotFound when nothing is recorded there,
    /// InvalidRequest when the two can't be the same.
    Moved find_moved(const std::string& from, const std::string& to, bool rewrite);
    /// Takes the lock; throws Locked.
    void move(const Moved& moved, const std::string& request_id, const Asker& asker = {});

    /// The source's base location (`place` is empty, or names it), or the new files at `place` that
    /// seem to be moved: what is to be of its own. Throws NotFound when there is none.
    std::vector<std::string> find_new(const std::string& place);
    /// Takes the lock; throws Locked.
    void declare_new(
        const std::vector<std::string>& places,
        const std::string& request_id,
        const Asker& asker = {}
    );

private:
    std::string whole(const std::string& place) const;
    Moved moved_base(
        const std::string& from,
        const std::vector<Migration>& sources,
        const Applied& applied,
        bool rewrite
    ) const;
    static Moved moved_files(
        const std::string& from,
        const std::string& to,
        const std::vector<Migration>& sources,
        const Applied& applied
    );
    std::unique_ptr<db::Run> lock(const std::string& what, const std::string& request_id) const;
    /// Takes the lock as `what`, and records the change that `work(run)` makes.
    template <typename Work>
    void correct(
        const std::string& what, const Asker& asker, const AuditedChange& change, Work&& work
    );

    const Dependencies& dependencies_;
    const Inspection& inspection_;
    Audit& audit_;
    const identity::Source source_;
    const std::chrono::milliseconds lock_timeout_;
};

}  // namespace migrator::coordinator
