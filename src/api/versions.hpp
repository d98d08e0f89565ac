#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>

#include "api/query.hpp"
#include "api/routes.hpp"
#include "api/services.hpp"

namespace migrator::api {

/// Adds `{p}/v1/versions`, a page of versions; `{p}/v1/versions/ID`, the files of one; and
/// `{p}/v1/versions/ID/file`, one file as it was applied, set against the source (docs/http-api.md,
/// "Versions").
void add_versions(Routes& routes, Services services);

/// The same as JSON. Throw InvalidRequest and NotFound.
boost::json::object version_page_json(Services services, const Query& query);
boost::json::object version_files_json(Services services, std::int64_t id);
boost::json::object version_file_json(Services services, std::int64_t id, const std::string& file);

}  // namespace migrator::api
