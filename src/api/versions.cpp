#include "api/versions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <limits>
#include <map>
#include <unordered_map>

#include "api/content_types.hpp"
#include "api/query.hpp"
#include "core/error.hpp"
#include "core/line_diff.hpp"
#include "core/number.hpp"
#include "core/utf8.hpp"
#include "wire/migrations.hpp"

namespace migrator::api {
namespace {

namespace json = boost::json;

constexpr std::size_t kVersionsOfPage = 50;
constexpr std::size_t kMostVersionsOfPage = 1'000;
constexpr std::size_t kSchemasOfFile = 20;
constexpr std::size_t kLongestContents = 1024UL * 1024;

json::object version_to_json(
    const Version& version, const std::map<std::int64_t, std::string>& creators
) {
    json::object object = wire::version(version);
    const auto creator = creators.find(version.id);
    object["createdBy"] =
        creator == creators.end() ? json::value(nullptr) : wire::text_or_null(creator->second);
    return object;
}

std::int64_t id_in(const http::Request& request) {
    const auto id = parse_number<std::int64_t>(request.parameter);
    if (!id) throw Error(ErrorKind::InvalidRequest, "the ID of a version must be a number");
    return *id;
}

Version version_called(Services services, std::int64_t id) {
    const auto version = services.coordinator.version(id);
    if (!version) throw Error(ErrorKind::NotFound, fmt::format("version not found ID: {}", id));
    return *version;
}

/// A file of a version, for all schemas that it ran for.
struct FileOfVersion {
    Migration file;
    std::int64_t first_row = 0;
    std::size_t schemas = 0;
    json::array first_schemas;
};

/// In the order in which they were recorded.
std::vector<FileOfVersion> files_of(Services services, std::int64_t version) {
    std::vector<FileOfVersion> files;
    std::unordered_map<std::string, std::size_t> places;
    const auto rows = services.coordinator.applied_migrations({.version_id = version});
    for (AppliedMigration row; rows->next(row);) {
        const std::string key =
            fmt::format("{} {}", static_cast<int>(row.migration.type), row.migration.file);
        const auto [place, is_new] = places.emplace(key, files.size());
        if (is_new) files.push_back({.file = std::move(row.migration), .first_row = row.id});
        FileOfVersion& file = files[place->second];
        ++file.schemas;
        if (file.first_schemas.size() < kSchemasOfFile) {
            file.first_schemas.emplace_back(wire::text(row.schema));
        }
    }
    return files;
}

const Migration* source_called(const std::vector<Migration>& sources, const std::string& file) {
    const auto found = std::ranges::find(sources, file, &Migration::file);
    return found == sources.end() ? nullptr : &*found;
}

std::string_view compared(const Migration* now, const std::string& check_sum) {
    if (now == nullptr) return "missing";
    return now->check_sum == check_sum || check_sum.empty() ? "same" : "changed";
}

/// The oldest row of the file in the version, with its contents. Throws NotFound.
AppliedMigration row_of(Services services, std::int64_t version, const std::string& file) {
    for (const FileOfVersion& known : files_of(services, version)) {
        if (known.file.file != file) continue;
        const auto rows = services.coordinator.applied_migrations(
            {.columns = db::Columns::all(), .id = known.first_row}
        );
        if (AppliedMigration row; rows->next(row)) return row;
    }
    throw Error(ErrorKind::NotFound, fmt::format("version {} has no file {}", version, file));
}

std::string first_part(const std::string& text) {
    return to_valid_utf8(std::string_view(text).substr(0, kLongestContents));
}

}  // namespace

json::object version_page_json(Services services, const Query& query) {
    const std::size_t limit = query.number("limit", 1, kMostVersionsOfPage, kVersionsOfPage);
    const std::size_t after = query.number("after", 0, std::numeric_limits<std::int64_t>::max(), 0);
    const auto creators = services.coordinator.audit().creators();
    json::array versions;
    json::value next;
    std::int64_t last = 0;
    for (const Version& version : services.coordinator.versions({})) {
        if (after > 0 && version.id >= static_cast<std::int64_t>(after)) continue;
        if (versions.size() == limit) {
            next = last;
            break;
        }
        last = version.id;
        versions.emplace_back(version_to_json(version, creators));
    }
    return {{"versions", std::move(versions)}, {"next", std::move(next)}};
}

json::object version_files_json(Services services, std::int64_t id) {
    const Version version = version_called(services, id);
    const std::vector<Migration> sources = services.coordinator.inspection().files();
    json::object body = version_to_json(version, services.coordinator.audit().creators());
    json::array files;
    for (FileOfVersion& file : files_of(services, version.id)) {
        json::object object = wire::migration(file.file);
        object["schemas"] = std::move(file.first_schemas);
        object["schemasTotal"] = file.schemas;
        object["firstRow"] = file.first_row;
        object["source"] =
            wire::text(compared(source_called(sources, file.file.file), file.file.check_sum));
        files.emplace_back(std::move(object));
    }
    body["files"] = std::move(files);
    return body;
}

json::object version_file_json(Services services, std::int64_t id, const std::string& identity) {
    const AppliedMigration row = row_of(services, version_called(services, id).id, identity);
    const std::vector<Migration> sources = services.coordinator.inspection().files();
    const Migration* now = source_called(sources, identity);
    const std::string& applied = row.migration.contents;
    const bool is_long = applied.size() > kLongestContents ||
                         (now != nullptr && now->contents.size() > kLongestContents);
    json::object body = wire::migration(row.migration, wire::Contents::Leave);
    body["asApplied"] = wire::text_or_null(first_part(applied));
    body["now"] = now == nullptr ? json::value(nullptr) : wire::text(first_part(now->contents));
    body["source"] = wire::text(compared(now, row.migration.check_sum));
    body["difference"] = json::array();
    // What is not recorded, or too long, can't be compared line by line.
    if (now != nullptr && !is_long && !applied.empty()) {
        body["difference"] = wire::texts(unified_diff(applied, to_valid_utf8(now->contents)));
    }
    body["truncated"] = is_long;
    return body;
}

void add_versions(Routes& routes, Services services) {
    using http::Lane;
    const auto answer = [](const json::object& body) {
        return http::Response{.content_type = kJson, .body = json::serialize(body)};
    };
    const auto list_all = [=](const http::Request& request) {
        return answer(version_page_json(services, Query(request.query)));
    };
    const auto show_one = [=](const http::Request& request) {
        return answer(version_files_json(services, id_in(request)));
    };
    const auto show_file = [=](const http::Request& request) {
        const std::string file = Query(request.query).required("file");
        return answer(version_file_json(services, id_in(request), file));
    };
    routes.add("GET", "/v1/versions", Lane::Work, list_all);
    routes.add_with_id("GET", "/v1/versions", Lane::Work, show_one);
    routes.add_with_id("GET", "/v1/versions", Lane::Work, show_file, "/file");
}

}  // namespace migrator::api
