#pragma once

#include "db/options.hpp"
#include "db/sql/session.hpp"

namespace migrator::db::sql::store {

/// Which of migrator's own objects the database has.
struct MetadataShape {
    bool schema = false;
    bool migrations = false;
    bool version_id = false;  ///< the column; a database of v4 lacks it
    bool versions = false;
    bool tenants = false;
    bool lock = false;
    bool runs = false;
    bool tenant_state = false;
    bool places = false;
    bool audit = false;
    bool filename_index = false;
    bool exact_names = false;  ///< see `Dialect::make_names_exact`

    bool operator==(const MetadataShape&) const = default;
};

MetadataShape read_shape(Session& session, const Dialect& dialect);

/// Creates what is missing and upgrades tables of v4, in the open transaction
/// (docs/compatibility.md, "Creation and upgrade"). Writes nothing when everything is there. Throws
/// Unavailable
/// ("Error initialising migrator: could not create versions table: …"). The tables of the audit are
/// not among them: they are made when there is something to record.
void create_or_upgrade(Session& session, const Dialect& dialect, const Options& options);

}  // namespace migrator::db::sql::store
