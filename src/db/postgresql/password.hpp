#pragma once

#include "core/error.hpp"
#include "db/options.hpp"
#include "db/postgresql/data_source.hpp"

namespace migrator::db::postgresql {

/// `source` as it is to be connected with now: where the password is `${aws-rds-token}`, a new
/// token for its host and user stands there, and the server's certificate is verified. Throws
/// Configuration when a token can't be made for this data source, and what making it throws.
DataSource with_password(DataSource source, const Options& options);

}  // namespace migrator::db::postgresql
