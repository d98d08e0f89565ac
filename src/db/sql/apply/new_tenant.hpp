#pragma once

#include <string>

#include "core/plan.hpp"
#include "core/schema_name.hpp"
#include "db/connector.hpp"
#include "db/sql/schema_names.hpp"
#include "db/sql/store/metadata_shape.hpp"
#include "db/sql/store/tables.hpp"

namespace migrator::db::sql::apply {

/// The tenant that a run creates: whether it may have its name, and in which schema it works.
class NewTenant {
public:
    /// `plan` is what it gets; `request` has its name. Throws MigrationFailed for a name that no
    /// new tenant may have, or that does not fit these files. The request and all that `tables`
    /// holds but its session are lent.
    NewTenant(
        const store::Tables& tables,
        const store::MetadataShape& shape,
        const Plan& plan,
        const ApplyRequest& request
    );

    /// What the answer has to say of objects that the schema holds already; empty when it is
    /// missing, empty, or has been the tenant's before. Throws MigrationFailed when a schema with
    /// objects is not allowed.
    std::string check_adoption(Session& session) const;

    /// Makes the schema, in the open transaction, which that ends where DDL commits. Gives and
    /// throws what `check_adoption` does.
    std::string make_schema(Session& session) const;

    /// Adds the tenant to the list, in the open transaction.
    void record(Session& session) const;

private:
    /// Throws MigrationFailed when the schema holds the tables of another migrator.
    void check_that_it_is_no_metadata_schema(Session& session) const;
    void check_name() const;
    void check_list(const store::Tables& tables);
    void check_files(const Plan& plan) const;
    bool has_rows(Session& session) const;

    const Dialect& dialect_;
    const Options& options_;
    const ApplyRequest& request_;
    const store::MetadataShape shape_;
    const SchemaName name_;
    const SchemaNames names_;
    bool is_listed_ = false;
};

}  // namespace migrator::db::sql::apply
