#pragma once

#include "db/mysql/data_source.hpp"
#include "db/options.hpp"

namespace migrator::db::mysql {

/// `source` ready to connect: with a token of RDS in the place of `${aws-rds-token}`, which is sent
/// over verified TLS only. Throws Configuration where that is not possible.
DataSource with_password(DataSource source, const Options& options);

/// Refuses what would send a password readable for others: `allowCleartextPasswords` needs TLS that
/// can't fall back. Throws Configuration.
void check_security(const DataSource& source);

/// The file of authorities for verified TLS: of the data source, else of the system. `for_rds`:
/// those of RDS first, whose certificates are not from a public authority.
std::string authorities(const DataSource& source, bool for_rds);

}  // namespace migrator::db::mysql
