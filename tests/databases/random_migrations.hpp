#pragma once

#include <string>
#include <vector>

namespace migrator::test {

struct RandomFile {
    std::string path;  ///< as `Project::write` takes it
    std::string text;
};

/// A small set of migrations: tables t0 and t1 for the schema `catalog` and for each tenant, and
/// files that write to them, change the session, and look at what the session is like.
struct RandomMigrations {
    std::vector<RandomFile> files;  ///< in their order

    std::string text() const;  ///< for people
};

/// The same set for the same seed. `database` is the name of a DatabaseKind. Left out is what files
/// of one transaction share by nature: `now()`, deferred checks, locks.
RandomMigrations random_migrations(const std::string& database, unsigned seed);

}  // namespace migrator::test
