// The promise of independence as a property: sets of migrations, made at random, do the same
// whether their files run together or one by one, for tenants in any order, by one worker or
// several.
//
// MIGRATOR_TEST_SETS is how many sets are tried (200), MIGRATOR_TEST_SEED the number of the first.
#include <array>
#include <cstdio>
#include <cstdlib>

#include "core/error.hpp"
#include "core/log.hpp"
#include "databases/project_test.hpp"
#include "databases/random_migrations.hpp"

namespace migrator::test {
namespace {

constexpr std::array<const char*, 4> kSchemas = {"catalog", "north", "south", "public"};
constexpr std::array<const char*, 4> kTables = {"t0", "t1", "u0", "u1"};

unsigned number_of(const char* variable, unsigned otherwise) {
    const char* value = std::getenv(variable);
    return value == nullptr ? otherwise : static_cast<unsigned>(std::stoul(value));
}

/// How files are brought to the database.
struct Way {
    const char* name;
    bool one_by_one = false;
    bool tenants_reversed = false;
    bool tenant_by_tenant = false;
};
constexpr Way kAlone{.name = "each file in a run of its own", .one_by_one = true};
constexpr std::array<Way, 3> kTogether = {{
    {.name = "all files in one run"},
    {.name = "tenants in another order", .tenants_reversed = true},
    {.name = "tenant by tenant", .tenant_by_tenant = true},
}};

/// What became of a set.
struct Result {
    std::string failed;    ///< name of the file that failed
    std::string why;       ///< its message
    bool refused = false;  ///< before anything ran
    std::string dump;      ///< of the tables, when nothing failed
};

class Isolation : public ProjectTest {
protected:
    void SetUp() override {
        ProjectTest::SetUp();
        log::redirect([](std::string_view) {});
    }
    void TearDown() override { log::redirect(nullptr); }

    Result result_of(const RandomMigrations& set, const Way& way) {
        clean();
        Project& place = project();
        place.database.atomicity.reset();
        place.database.parallelism = 1;
        if (way.tenant_by_tenant) {
            place.database.atomicity = db::Atomicity::Tenant;
            place.database.parallelism = 3;
        }
        place.create_tenant(way.tenants_reversed ? "south" : "north");
        place.create_tenant(way.tenants_reversed ? "north" : "south");
        Result result;
        for (const RandomFile& file : set.files) {
            place.write(file.path, file.text);
            written_.push_back(file.path);
            if (way.one_by_one) apply(result);
            if (!result.failed.empty()) return result;
        }
        if (!way.one_by_one) apply(result);
        if (result.failed.empty()) result.dump = dump();
        return result;
    }

private:
    void apply(Result& result) {
        try {
            const auto outcome = project().apply();
            if (!outcome.failures.empty()) result.why = outcome.failures.front().message;
        } catch (const Error& error) {
            result.why = error.what();
        }
        if (result.why.empty()) return;
        const std::size_t end = result.why.find(".sql failed");
        result.failed = "something else";
        if (end == std::string::npos) return;
        const std::size_t begin = result.why.rfind('/', end) + 1;
        result.failed = result.why.substr(begin, end - begin);
        result.refused = result.why.find("Nothing was run") != std::string::npos;
    }

    std::string dump() {
        std::string text;
        for (const char* schema : kSchemas) {
            for (const char* table : kTables) {
                const std::string name = std::string(schema) + "." + table;
                text += name + ": " + rows_of(schema, name) + "\n";
            }
        }
        return text;
    }

    std::string rows_of(const std::string& schema, const std::string& table) try {
        return project().value(kind().list_rows(table), schema);
    } catch (const Error&) {
        return "none";
    }

    /// No schema, no metadata, no files.
    void clean() {
        for (const std::string& path : written_) project().remove(path);
        written_.clear();
        if (kind().schemas_are_files) return ProjectTest::SetUp();
        for (const char* schema : {"catalog", "north", "south", "migrator"}) {
            project().execute(kind().drop_schema(schema));
        }
        if (!kind().has_default_schema) return;
        for (const char* table : kTables) {
            project().execute("drop table if exists public." + std::string(table));
        }
    }

    std::vector<std::string> written_;
};

TEST_P(Isolation, MakesASetOfFilesDoTheSameTogetherAsOneByOne) {
    const unsigned first = number_of("MIGRATOR_TEST_SEED", 1);
    const unsigned sets = number_of("MIGRATOR_TEST_SETS", 200);
    unsigned equal = 0;
    unsigned failed = 0;
    unsigned refused = 0;
    for (unsigned seed = first; seed < first + sets && !HasFailure(); ++seed) {
        const RandomMigrations set = random_migrations(kind().name, seed);
        const Result alone = result_of(set, kAlone);
        for (const Way& way : kTogether) {
            if (way.tenant_by_tenant && kind().schemas_are_files) continue;  // the only way
            SCOPED_TRACE("MIGRATOR_TEST_SEED=" + std::to_string(seed) + ", " + way.name);
            const Result together = result_of(set, way);
            ++(together.refused ? refused : together.failed.empty() ? equal : failed);
            if (together.refused) continue;
            EXPECT_EQ(together.failed, alone.failed)
                << together.why << "\nalone: " << alone.why << "\n"
                << set.text();
            EXPECT_EQ(together.dump, alone.dump) << set.text();
        }
    }
    std::printf("%u did the same, %u failed alike, %u were refused\n", equal, failed, refused);
    // Sets that only fail or are refused prove nothing.
    EXPECT_GE(equal, sets / 4);
}

std::vector<const DatabaseKind*> databases_that_reset() {
    std::vector<const DatabaseKind*> kinds;
    for (const DatabaseKind& kind : all_databases()) {
        if (kind.resets_session) kinds.push_back(&kind);
    }
    return kinds;
}

INSTANTIATE_TEST_SUITE_P(
    Databases, Isolation, testing::ValuesIn(databases_that_reset()), name_of_kind
);

}  // namespace
}  // namespace migrator::test
