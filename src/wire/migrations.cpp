#include "wire/migrations.hpp"

#include "core/time.hpp"

namespace migrator::wire {

namespace json = boost::json;

namespace {

constexpr std::string_view kContents = "contents";
constexpr std::string_view kOlderName = "created";

template <typename T, typename IsLeftOut>
json::object object_without(const Columns<T>& columns, const T& source, IsLeftOut is_left_out) {
    json::object object;
    object.reserve(columns.size());
    for (const auto& column : columns) {
        if (!is_left_out(column.name)) object.emplace(column.name, column.value(source));
    }
    return object;
}

Columns<AppliedMigration> make_applied_columns() {
    Columns<AppliedMigration> columns;
    for (const Column<Migration>& column : migration_columns()) {
        columns.push_back({column.name, [&column](const AppliedMigration& applied) {
                               return column.value(applied.migration);
                           }});
    }
    const auto created = [](const AppliedMigration& applied) -> json::value {
        return json::value(format_rfc3339(applied.created));
    };
    columns.push_back({"id", [](const AppliedMigration& applied) { return applied.id; }});
    columns.push_back({"schema", [](const AppliedMigration& applied) {
                           return text(applied.schema);
                       }});
    columns.push_back({"appliedAt", created});
    columns.push_back({std::string(kOlderName), created});
    return columns;
}

}  // namespace

const Columns<Migration>& migration_columns() {
    static const Columns<Migration> columns = {
        {"name", [](const Migration& file) { return text(file.name); }},
        {"sourceDir", [](const Migration& file) { return text(file.source_dir); }},
        {"file", [](const Migration& file) { return text(file.file); }},
        {"migrationType", [](const Migration& file) { return static_cast<int>(file.type); }},
        {std::string(kContents), [](const Migration& file) { return text(file.contents); }},
        {"checkSum", [](const Migration& file) { return text(file.check_sum); }}};
    return columns;
}

const Columns<AppliedMigration>& applied_columns() {
    static const Columns<AppliedMigration> columns = make_applied_columns();
    return columns;
}

const Columns<Version>& version_columns() {
    static const Columns<Version> columns = {
        {"id", [](const Version& version) { return version.id; }},
        {"name", [](const Version& version) { return text(version.name); }},
        {"created",
         [](const Version& version) { return json::value(format_rfc3339(version.created)); }}};
    return columns;
}

json::object migration(const Migration& migration, Contents contents) {
    const bool shown = contents == Contents::Show && !migration.contents.empty();
    return object_without(migration_columns(), migration, [=](std::string_view name) {
        return !shown && name == kContents;
    });
}

json::array migrations(const std::vector<Migration>& migrations) {
    json::array array;
    array.reserve(migrations.size());
    for (const Migration& each : migrations) array.emplace_back(migration(each));
    return array;
}

json::object applied_migration(const AppliedMigration& applied) {
    return object_without(applied_columns(), applied, [](std::string_view name) {
        return name == kContents || name == kOlderName;
    });
}

json::object applied_migration_v1(const AppliedMigration& applied) {
    const bool shown = !applied.migration.contents.empty();
    return object_without(applied_columns(), applied, [=](std::string_view name) {
        return !shown && name == kContents;
    });
}

json::object version(const Version& version) { return object_of(version_columns(), version); }

}  // namespace migrator::wire
