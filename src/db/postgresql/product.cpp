#include "db/postgresql/product.hpp"

#include <fmt/format.h>

namespace migrator::db::postgresql {

std::string_view unsupported_product(const Reported& reported) {
    if (!reported.crdb_version.empty()) return "CockroachDB";
    // "11.2-YB-2.20.1.0-b0"; from 2025.1 on "15.12-YB-2025.1.0.0-b0".
    if (reported.server_version.find("-YB-") != std::string::npos) return "YugabyteDB";
    return {};
}

std::string why_unsupported(std::string_view product) {
    return fmt::format(
        "dataSource: the server is {0}, not PostgreSQL. It speaks the same protocol, but "
        "migrator's lock and the "
        "rollback of DDL are not known to hold there, so a run could say that it is done when it "
        "is not. Use a "
        "supported database (docs/databases). To try it all the same, at your own risk: "
        "unsupportedServer: allow",
        product
    );
}

}  // namespace migrator::db::postgresql
