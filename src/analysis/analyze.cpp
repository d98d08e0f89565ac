#include "analysis/analyze.hpp"

#include <fmt/format.h>

#include "core/error.hpp"

namespace migrator::analysis {

Analysis analyze(
    db::sql::Server& server, const db::Options& /*options*/, const Plan& /*plan*/
) {
    throw Error(
        ErrorKind::InvalidRequest,
        fmt::format("There is no analysis of files for {}", server.dialect().name)
    );
}

}  // namespace migrator::analysis
