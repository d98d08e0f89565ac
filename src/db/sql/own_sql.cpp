#include "db/sql/own_sql.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/migration.hpp"
#include "core/number.hpp"

namespace migrator::db::sql {
namespace {

std::string rows_of(std::string_view type, bool (*is_wanted)(const Kind&)) {
    std::string numbers;
    std::size_t count = 0;
    for (const Kind& kind : kKinds) {
        if (!is_wanted(kind)) continue;
        numbers += fmt::format("{}{}", count++ > 0 ? ", " : "", static_cast<int>(kind.type));
    }
    return fmt::format(fmt::runtime(count == 1 ? "{} = {}" : "{} in ({})"), type, numbers);
}

}  // namespace

void Session::query(std::string_view sql, std::span<const Value> parameters, const RowSink& row) {
    const auto rows = open(sql, parameters);
    Row columns;
    while (rows->next(columns)) {
        if (row) row(columns);
    }
}

std::optional<Failure>
Session::run_recorded(const VersionRow&, std::span<const RecordedScript>, const WorkSettings&) {
    throw Error(ErrorKind::Internal, "this database records files in one transaction");
}

void execute(Session& session, std::string_view sql, const Parameters& parameters) {
    session.query(sql, parameters, nullptr);
}

std::optional<Row> query_row(Session& session, std::string_view sql, const Parameters& parameters) {
    std::optional<Row> first;
    session.query(sql, parameters, [&](const Row& row) {
        if (!first) first = row;
    });
    return first;
}

bool query_bool(Session& session, std::string_view sql, const Parameters& parameters) {
    const auto row = query_row(session, sql, parameters);
    return row && !row->empty() && is_true(row->front());
}

bool is_true(const Value& value) {
    return value && (*value == "1" || *value == "t" || *value == "true");
}

std::string text_of(const Value& value) { return value.value_or(std::string()); }

TimePoint to_time(const Value& value) { return value ? parse_database_time(*value) : TimePoint{}; }

std::int64_t to_integer(const Value& value) {
    if (!value) return 0;
    const auto number = parse_number<std::int64_t>(*value);
    if (!number) {
        throw Error(
            ErrorKind::Internal, "the database returned '" + *value + "' instead of a number"
        );
    }
    return *number;
}

std::string doubled(std::string_view text, char quote) {
    std::string result;
    for (const char c : text) {
        if (c == quote) result += c;
        result += c;
    }
    return result;
}

std::vector<std::string> broken_objects(Session& session, const Dialect& dialect) {
    std::vector<std::string> objects;
    if (dialect.broken_objects.empty()) return objects;
    session.query(dialect.broken_objects, {}, [&](const Row& row) {
        objects.push_back(row[0].value_or("?") + ": " + row.at(1).value_or(""));
    });
    return objects;
}

std::string json_array(std::span<const std::string> texts) {
    std::string json = "[";
    for (const std::string& text : texts) {
        if (json.size() > 1) json += ',';
        json += '"';
        for (const char c : text) {
            if (c == '"' || c == '\\') json += '\\';
            if (static_cast<unsigned char>(c) < 0x20) {
                json += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
            } else {
                json += c;
            }
        }
        json += '"';
    }
    return json + "]";
}

std::string migration_rows(std::string_view type) {
    return rows_of(type, [](const Kind& kind) { return kind.runs == Runs::Once; });
}

std::string tenant_migration_rows(std::string_view type) {
    return rows_of(type, [](const Kind& kind) { return is_tenant_migration(kind.type); });
}

}  // namespace migrator::db::sql
