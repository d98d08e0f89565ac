#include "db/sql/store/applied_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "core/ascii.hpp"
#include "core/error.hpp"
#include "core/utf8.hpp"
#include "db/sql/store/file_weights.hpp"
#include "db/sql/store/places.hpp"
#include "db/sql/store/tenant_list.hpp"
#include "db/sql/store/tenant_states.hpp"

namespace migrator::db::sql::store {
namespace {

/// Of two such files the database would know one as the other.
void refuse_names_in_two_cases(const std::vector<Migration>& sources) {
    std::unordered_map<std::string, const std::string*> seen;
    for (const Migration& source : sources) {
        const auto [known, is_new] = seen.emplace(lower_case(source.file), &source.file);
        if (is_new || *known->second == source.file) continue;
        throw Error(
            ErrorKind::MigrationFailed,
            fmt::format(
                "{} and {} differ only in case, which the database may not tell apart. Nothing was "
                "run. Rename one of them",
                *known->second,
                source.file
            )
        );
    }
}

}  // namespace

Applied AppliedReader::read(const MetadataShape& shape, const std::vector<Migration>& sources) {
    if (tables_.dialect.folds_file_names) refuse_names_in_two_cases(sources);
    Applied applied;
    TenantList list = TenantListReader(tables_, shape).read(sources);
    applied.tenants = std::move(list.names);
    applied.bad_tenants = std::move(list.bad);
    applied.tenant_warnings = std::move(list.warnings);
    told_as("Could not query DB migrations", [&] {
        auto recorded =
            shape.migrations ? read_names(sources.size()) : std::vector<identity::RecordedName>();
        const identity::Names names =
            recognize(Places(tables_).read(shape), recorded, sources, applied);
        if (names.rename() && !recorded.empty()) read_newest_rows(recorded);
        applied.files.reserve(recorded.size());
        for (identity::RecordedName& each : recorded) add_file(each, names, applied);
        if (!shape.migrations) return;
        applied.states = TenantStates(tables_).read(shape);
        for (TenantState& state : applied.states) {
            for (std::string* file : {&state.first_file, &state.file}) {
                std::string today = names.of(*file).today;
                if (today == *file) continue;
                applied.renamed.emplace(*file, today);
                *file = std::move(today);
            }
        }
        read_counts(sources, recorded, applied);
    });
    find_missing_schemas(sources, applied);
    return applied;
}

/// Only of tenants that have no rows: files have run in the schemas of all others. Two schemas that
/// differ in case alone count as one, so none is called missing that is there.
void AppliedReader::find_missing_schemas(const std::vector<Migration>& sources, Applied& applied) {
    const Dialect& dialect = tables_.dialect;
    std::vector<std::string> asked;
    for (const std::string& tenant : applied.tenants) {
        if (!applied.counts.contains(tenant)) asked.push_back(tenant);
    }
    const bool has_files = std::ranges::any_of(sources, [](const Migration& source) {
        return is_for_tenants(source.type);
    });
    if (asked.empty() || !has_files) return;
    if (dialect.schemas.empty()) {
        // Such a database makes what is missing by itself.
        if (tables_.options.missing_schemas == MissingSchemas::Warn) return;
        applied.without_schema = tables_.session.missing_schemas(asked);
        return;
    }
    std::unordered_set<std::string> known;
    told_as("Could not query the schemas", [&] {
        tables_.session.query(dialect.schemas, {}, [&](const Row& row) {
            known.insert(lower_case(text_of(row[0])));
        });
    });
    std::erase_if(asked, [&](const auto& name) { return known.contains(lower_case(name)); });
    applied.without_schema = std::move(asked);
}

std::vector<identity::RecordedName> AppliedReader::read_names(std::size_t expected) {
    // One sum counts the rows of both kinds, each in 32 bits: two cost a tenth of the time more.
    constexpr std::int64_t kRows = std::int64_t{1} << 32U;
    const std::string sql = fmt::format(
        "select m.filename, m.checksum, x.counts from {0} m join (select max(id) as id, sum(case "
        "type when {1} then 1 when {2} then {3} else 0 end) as counts from {0} group by filename) "
        "x on x.id = m.id",
        tables_.name("migrator_migrations"),
        static_cast<int>(MigrationType::SingleMigration),
        static_cast<int>(MigrationType::TenantMigration),
        kRows
    );
    std::vector<identity::RecordedName> names;
    names.reserve(expected);
    tables_.session.query(sql, {}, [&](const Row& row) {
        identity::RecordedName& added = names.emplace_back();
        added.name = text_of(row[0]);
        added.file.check_sum = text_of(row[1]);
        const std::int64_t counts = to_integer(row[2]);
        if (counts % kRows > 0) added.file.kinds |= kind_bit(MigrationType::SingleMigration);
        if (counts / kRows > 0) added.file.kinds |= kind_bit(MigrationType::TenantMigration);
    });
    return names;
}

/// Of files with two names, the newer one counts.
void AppliedReader::read_newest_rows(std::vector<identity::RecordedName>& recorded) {
    std::unordered_map<std::string, std::int64_t> newest;
    tables_.session.query(
        fmt::format(
            "select filename, max(id) from {} group by filename",
            tables_.name("migrator_migrations")
        ),
        {},
        [&](const Row& row) { newest.emplace(text_of(row[0]), to_integer(row[1])); }
    );
    for (identity::RecordedName& each : recorded) {
        const auto found = newest.find(each.name);
        if (found != newest.end()) each.file.newest_row = found->second;
    }
}

identity::Names AppliedReader::recognize(
    const std::vector<SamePlace>& declared,
    std::span<const identity::RecordedName> recorded,
    const std::vector<Migration>& sources,
    Applied& applied
) const {
    applied.places = declared;
    auto [names, base] = identity::recognize(tables_.options.source, declared, recorded, sources);
    applied.base = std::move(base);
    return std::move(names);
}

void AppliedReader::add_file(
    identity::RecordedName& recorded, const identity::Names& names, Applied& applied
) {
    if (!names.rename()) {
        recorded.file.belonging = names.belonging_of(recorded.name);
        applied.files.try_emplace(std::move(recorded.name), std::move(recorded.file));
        return;
    }
    identity::Names::Meaning meaning = names.of(recorded.name);
    AppliedFile file = std::move(recorded.file);
    file.belonging = meaning.belonging;
    if (meaning.today != recorded.name) applied.renamed.emplace(recorded.name, meaning.today);
    // Of two names of one file the newest row has the checksum.
    AppliedFile& known = applied.files[std::move(meaning.today)];
    const unsigned kinds = known.kinds | file.kinds;
    if (known.newest_row <= file.newest_row) known = std::move(file);
    known.kinds = kinds;
}

void AppliedReader::read_counts(
    const std::vector<Migration>& sources,
    std::span<const identity::RecordedName> recorded,
    Applied& applied
) {
    const KnownFiles known = known_files(sources, recorded, applied);
    // Of several servers the records of a tenant that has moved away are looked for.
    const bool looks_for_others = tables_.options.listed_tenants != nullptr;
    if (known.files.empty() || (applied.tenants.empty() && !looks_for_others)) return;
    const auto numbers = std::make_shared<FileNumbers>();
    for (const std::string& file : known.files) numbers->number(file);
    FileSet all(numbers);
    for (std::size_t i = 0; i < known.files.size(); ++i) all.insert(i);
    if (tables_.dialect.joined_places.empty()) {
        count_files_of_tenants(known, FileSet(numbers), applied);
    } else {
        read_places(known, FileSet(numbers), applied);
    }
    for (const TenantState& state : applied.states) {
        if (state.tenant.empty()) continue;
        const bool is_complete = applied.counts.contains(state.tenant);
        applied.files_of_tenant.try_emplace(state.tenant, is_complete ? all : FileSet(numbers));
    }
}

KnownFiles AppliedReader::known_files(
    const std::vector<Migration>& sources,
    std::span<const identity::RecordedName> recorded,
    const Applied& applied
) {
    std::unordered_map<std::string_view, std::vector<std::string_view>> names;
    if (!applied.renamed.empty()) {
        for (const identity::RecordedName& each : recorded) {
            if (!each.file.is_recorded_as(MigrationType::TenantMigration)) continue;
            const auto renamed = applied.renamed.find(each.name);
            names[renamed == applied.renamed.end() ? each.name : renamed->second].push_back(
                each.name
            );
        }
    }
    KnownFiles known;
    for (const Migration& source : sources) {
        if (!is_tenant_migration(source.type)) continue;
        const auto found = applied.files.find(source.file);
        if (found == applied.files.end() || !found->second.is_recorded_as(source.type)) continue;
        const std::size_t position = known.files.size();
        known.files.push_back(source.file);
        const auto several = names.find(source.file);
        if (several == names.end()) {
            known.add(source.file, position);
        } else {
            for (const std::string_view name : several->second) known.add(name, position);
        }
    }
    return known;
}

/// One row for each tenant tells exactly which files it has.
void AppliedReader::read_places(const KnownFiles& known, const FileSet& none, Applied& applied) {
    const std::size_t files = known.files.size();
    Parameters parameters{json_array(known.names)};
    const auto listed = [&](int parameter) {
        return fmt::format(
            fmt::runtime(tables_.dialect.json_positions), tables_.dialect.placeholder(parameter)
        );
    };
    std::string positions = listed(1);
    if (!known.have_one_name_each()) {
        std::vector<std::string> texts;
        for (const std::size_t position : known.positions) {
            texts.push_back(std::to_string(position + 1));
        }
        parameters.emplace_back(json_array(texts));
        positions = fmt::format(
            "select names.value, cast(places.value as integer) as position from ({}) names join "
            "({}) places on places.position = names.position",
            positions,
            listed(2)
        );
    }
    const std::string sql = fmt::format(
        "select m.db_schema, nullif({}, '{}') from {} m join ({}) known on known.value = "
        "m.filename "
        "where {} group by m.db_schema",
        fmt::format(fmt::runtime(tables_.dialect.joined_places), files),
        std::string(files, '1'),
        tables_.name("migrator_migrations"),
        positions,
        tenant_migration_rows("m.type")
    );
    tables_.session.query(sql, parameters, [&](const Row& row) {
        const std::string tenant = text_of(row[0]);
        applied.counts.emplace(tenant, files);
        if (!row[1]) return;
        FileSet own = none;
        for (std::size_t i = 0; i < row[1]->size(); ++i) {
            if ((*row[1])[i] == '1') own.insert(i);
        }
        applied.counts[tenant] = own.size();
        applied.files_of_tenant.emplace(tenant, std::move(own));
    });
}

/// Where the server can't tell that in one row: first who has all of them, or all but one.
void AppliedReader::count_files_of_tenants(
    const KnownFiles& known, const FileSet& none, Applied& applied
) {
    const std::size_t files = known.files.size();
    std::vector<std::string> unclear;
    count_files(known, [&](const std::string& tenant, bool is_complete, const auto& missing) {
        applied.counts.emplace(tenant, is_complete ? files : 0);
        if (is_complete) return;
        FileSet own = none;
        if (missing) {
            for (std::size_t i = 0; i < files; ++i) {
                if (i != *missing) own.insert(i);
            }
        } else {
            unclear.push_back(tenant);
        }
        applied.counts[tenant] = own.size();
        applied.files_of_tenant.emplace(tenant, std::move(own));
    });
    read_files_of_tenants(known, unclear, applied);
}

/// To count distinct pairs would take twice as long.
void AppliedReader::count_files(const KnownFiles& known, const TakeCount& take) {
    if (tables_.dialect.literals != nullptr) {
        tables_.session.query(hash_query(known), {}, [&](const Row& row) {
            take(text_of(row[0]), to_integer(row[1]) == 1, std::nullopt);
        });
        return;
    }
    const FileWeights weights(known.files.size());
    // A weight stands in front of its file: SQLite joins two lists by comparing all with all.
    const Parameters parameters{json_array(weights.in_front_of(known.names, known.positions))};
    const std::string sql = fmt::format(
        "select m.db_schema, count(*), sum(known.weight) from {0} m join (select substring(value, "
        "{1} + 1, 10000) as filename, cast(substring(value, 1, {1}) as bigint) as weight from "
        "({2}) "
        "listed) known on known.filename = m.filename where {3} group by m.db_schema",
        tables_.name("migrator_migrations"),
        FileWeights::kDigits,
        fmt::format(fmt::runtime(tables_.dialect.json_positions), tables_.dialect.placeholder(1)),
        tenant_migration_rows("m.type")
    );
    tables_.session.query(sql, parameters, [&](const Row& row) {
        const std::int64_t rows = to_integer(row[1]);
        const std::int64_t sum = to_integer(row[2]);
        take(text_of(row[0]), weights.are_all(rows, sum), weights.missing(rows, sum));
    });
}

/// Each tenant with rows of `files`, and 1 when it has each of them once.
std::string AppliedReader::hash_query(const KnownFiles& known) const {
    const bool by_name = known.have_one_name_each();
    std::uint64_t sum = 0;
    for (const std::string& file : by_name ? known.names : known.files) {
        sum += tables_.dialect.hash_name(file);
    }
    const std::string hash = fmt::format(
        fmt::runtime(tables_.dialect.name_hash), by_name ? "filename" : name_of_today(known)
    );
    return fmt::format(
        "select db_schema, case when count(*) = {0} and sum({1}) = {2} then 1 else 0 end "
        "from {3} where {5} and filename in ({4}) group by db_schema",
        known.files.size(),
        hash,
        sum,
        tables_.name("migrator_migrations"),
        tables_.dialect.literals(known.names),
        tenant_migration_rows()
    );
}

/// Expression: the column `filename` with what the name begins with today. Should it be wrong for
/// a name, its tenant only counts as unclear.
std::string AppliedReader::name_of_today(const KnownFiles& known) const {
    std::map<std::string, std::string, std::greater<>> beginnings;  // the longer ones first
    for (std::size_t i = 0; i < known.names.size(); ++i) {
        const std::string& name = known.names[i];
        const std::string& file = known.files[known.positions[i]];
        if (name == file) continue;
        const auto differ = std::mismatch(name.rbegin(), name.rend(), file.rbegin(), file.rend());
        // The common end begins with a slash, so that no letter of several bytes is cut.
        const auto common = static_cast<std::size_t>(differ.first - name.rbegin());
        const auto slash = name.find('/', name.size() - common);
        const std::size_t end = slash == std::string::npos ? 0 : name.size() - slash;
        beginnings.emplace(name.substr(0, name.size() - end), file.substr(0, file.size() - end));
    }
    std::string cases;
    for (const auto& [recorded, today] : beginnings) {
        const std::string texts[] = {recorded, today};
        const std::size_t length = utf8_length(recorded);
        cases += fmt::format(
            " when left(filename, {}) = {} then concat({}, substring(filename, {}))",
            length,
            tables_.dialect.literals(std::span(texts).first(1)),
            tables_.dialect.literals(std::span(texts).last(1)),
            length + 1
        );
    }
    return fmt::format("(case{} else filename end)", cases);
}

/// Exactly which files: a row for each.
void AppliedReader::read_files_of_tenants(
    const KnownFiles& known, std::span<const std::string> tenants, Applied& applied
) {
    if (tenants.empty()) return;
    std::unordered_map<std::string_view, std::size_t> positions;
    for (std::size_t i = 0; i < known.names.size(); ++i) {
        positions.emplace(known.names[i], known.positions[i]);
    }
    Parameters parameters;
    const std::string in_files = tables_.in_list(known.names, parameters);
    const std::string sql = fmt::format(
        "select distinct db_schema, filename from {} where {} and filename {} and db_schema {}",
        tables_.name("migrator_migrations"),
        tenant_migration_rows(),
        in_files,
        tables_.in_list(tenants, parameters)
    );
    tables_.session.query(sql, parameters, [&](const Row& row) {
        applied.files_of_tenant.at(text_of(row[0])).insert(positions.at(text_of(row[1])));
    });
    for (const std::string& tenant : tenants) {
        applied.counts[tenant] = applied.files_of_tenant.at(tenant).size();
    }
}

}  // namespace migrator::db::sql::store
