#include "db/sql/store/fingerprints.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace migrator::db::sql::store {
namespace {

constexpr std::string_view kFingerprintTable = "migrator_fingerprints";
constexpr std::size_t kFingerprintsInStatement = 200;

}  // namespace

bool Fingerprints::is_there() {
    return query_bool(tables_.session, tables_.dialect.has_fingerprints);
}

std::vector<StoredFingerprint> Fingerprints::read() {
    std::vector<StoredFingerprint> stored;
    if (tables_.dialect.has_fingerprints.empty()) return stored;
    told_as("Could not query the fingerprints of schemas", [&] {
        if (!is_there()) return;
        tables_.session.query(
            fmt::format(
                "select tenant, format, files, hash from {} order by tenant",
                tables_.name(kFingerprintTable)
            ),
            {},
            [&](const Row& row) {
                stored.push_back(
                    {.tenant = text_of(row[0]),
                     .format = text_of(row[1]),
                     .level = text_of(row[2]),
                     .hash = text_of(row[3])}
                );
            }
        );
    });
    return stored;
}

void Fingerprints::make_table() {
    if (!is_there()) execute(tables_.session, tables_.dialect.create_fingerprints);
}

void Fingerprints::write(std::span<const StoredFingerprint> fingerprints) {
    while (!fingerprints.empty()) {
        const auto some =
            fingerprints.first(std::min(fingerprints.size(), kFingerprintsInStatement));
        fingerprints = fingerprints.subspan(some.size());
        std::vector<std::string> tenants;
        Parameters values;
        std::string rows;
        for (const StoredFingerprint& each : some) {
            tenants.push_back(each.tenant);
            rows += rows.empty() ? "(" : "), (";
            for (const std::string* value : {&each.tenant, &each.format, &each.level, &each.hash}) {
                if (!rows.ends_with('(')) rows += ", ";
                values.emplace_back(*value);
                rows += tables_.dialect.placeholder(static_cast<int>(values.size()));
            }
        }
        Parameters names;
        const std::string in_tenants = tables_.in_list(tenants, names);
        execute(
            tables_.session,
            fmt::format(
                "delete from {} where tenant {}", tables_.name(kFingerprintTable), in_tenants
            ),
            names
        );
        execute(
            tables_.session,
            fmt::format(
                "insert into {} (tenant, format, files, hash) values {})",
                tables_.name(kFingerprintTable),
                rows
            ),
            values
        );
    }
}

}  // namespace migrator::db::sql::store
