// The promise of one place as a property: whatever a tenant is called, its files work in exactly
// one schema, which is nobody else's; or the name is refused, and named.
//
// MIGRATOR_TEST_SEED is the number of the first set of names.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <random>
#include <set>
#include <sstream>

#include "core/ascii.hpp"
#include "core/error.hpp"
#include "core/log.hpp"
#include "databases/project_test.hpp"

namespace migrator::test {
namespace {

using Names = std::vector<std::string>;

/// How the files of a project write the placeholder.
enum class Style : std::uint8_t { Bare, Quoted, Mixed };
constexpr Style kStyles[] = {Style::Bare, Style::Quoted, Style::Mixed};

Names random_names(unsigned seed, std::size_t count) {
    static const Names words = {"t1",       "acme",    "Acme",    "north",
                                "eu-west",  "a--b",    "2fast",   "order",
                                "select",   "default", "user",    "public",
                                "main",     "temp",    "mysql",   "sys",
                                "dbo",      "guest",   "pg_x",    "information_schema",
                                "migrator", "catalog", "Billing", "performance_schema",
                                "-",        "--",      "_"};
    std::mt19937 random(seed);
    const auto below = [&](std::size_t limit) {
        return static_cast<std::size_t>(random() % limit);
    };
    Names names;
    while (names.size() < count) {
        std::string name = words[below(words.size())];
        if (!names.empty() && below(4) == 0) name = names[below(names.size())];  // a variant of one
        switch (below(8)) {
            case 0:
                std::ranges::transform(name, name.begin(), to_upper);
                break;
            case 1:
                name[below(name.size())] = to_upper(name[below(name.size())]);
                break;
            case 2:
                name += "--";
                break;
            case 3:
                name = std::to_string(below(10)) + name;
                break;
            case 4:
                name = std::string(60 + below(8), 'x') + name;
                break;
            default:
                break;
        }
        names.push_back(std::move(name));
    }
    return names;
}

class TenantNames : public ProjectTest {
protected:
    void SetUp() override {
        ProjectTest::SetUp();
        log::redirect([](std::string_view) {});
    }
    void TearDown() override { log::redirect(nullptr); }

    bool is(const char* database) const { return std::string(kind().name) == database; }
    std::string quoted(const std::string& name) const {
        return is("Mariadb") ? "`" + name + "`" : "\"" + name + "\"";
    }

    /// A table with the tenant's name in it.
    void write_marks(Style style) {
        const std::string first = style == Style::Bare ? "{schema}" : quoted("{schema}");
        const std::string then = style == Style::Quoted ? quoted("{schema}") : "{schema}";
        project().write(
            "stores/001_marks.sql",
            "-- of {schema}\ncreate table " + first + ".marks (owner varchar(250));\n"
        );
        project().write(
            "stores/002_mark.sql", "insert into " + then + ".marks values ('{schema}');\n"
        );
    }

    /// Every schema of the server with a table `marks`.
    Names schemas_with_marks() {
        Names schemas;
        if (kind().schemas_are_files) {
            const std::filesystem::path metadata = project().database.data_source;
            for (const auto& file : std::filesystem::directory_iterator(metadata.parent_path())) {
                const std::string name = file.path().stem().string();
                if (file.path().extension() != metadata.extension() || file.path() == metadata)
                    continue;
                if (value_in(
                        name,
                        "select count(*) from \"" + name + "\".sqlite_schema where name = 'marks'"
                    ) == "1") {
                    schemas.push_back(name);
                }
            }
            return schemas;
        }
        const std::string listed = project().value(
            is("Mariadb") ? "select group_concat(table_schema separator ' ') from "
                            "information_schema.tables where table_name = 'marks'"
                          : "select string_agg(nspname, ' ') from pg_class join pg_namespace n on "
                            "n.oid = relnamespace where relname = 'marks'"
        );
        std::istringstream words(listed);
        for (std::string word; words >> word;) schemas.push_back(word);
        return schemas;
    }
    std::string value_in(const std::string& schema, const std::string& sql) {
        return project().value(sql, schema);
    }

    /// Tenants with a mark. Each has it in one schema, alone there.
    std::set<std::string> marked() {
        std::map<std::string, std::string> schema_of;
        for (const std::string& schema : schemas_with_marks()) {
            const std::string table = quoted(schema) + ".marks";
            const std::string rows = value_in(schema, "select count(*) from " + table);
            if (rows == "0") continue;  // the second file has failed
            EXPECT_EQ(rows, "1") << schema;
            const std::string owner = value_in(schema, "select owner from " + table);
            EXPECT_TRUE(schema_of.emplace(owner, schema).second)
                << owner << " is in " << schema << " and " << schema_of[owner];
            EXPECT_TRUE(equal_ignoring_case(owner, schema)) << owner << " is in " << schema;
        }
        std::set<std::string> found;
        for (const auto& [owner, schema] : schema_of) found.insert(owner);
        return found;
    }

    /// Lists the names, and makes a schema for each way to read them.
    void list(const Names& names) {
        std::set<std::string> schemas;
        for (const std::string& name : names) {
            project().execute(
                "insert into " + own("migrator_tenants") + " (name) values ('" + name + "')"
            );
            schemas.insert(name);
            schemas.insert(lower_case(name));
        }
        if (kind().schemas_are_files) return;
        for (const std::string& schema : schemas) {
            try {
                project().execute("create schema " + quoted(schema));
            } catch (const Error&) {
                continue;  // it is there, or it is the server's
            }
        }
    }

    std::string failure_to_create(const std::string& name) {
        try {
            project().create_tenant(name);
        } catch (const Error& error) {
            return error.what();
        }
        return {};
    }
};

unsigned first_seed() {
    const char* value = std::getenv("MIGRATOR_TEST_SEED");
    return value == nullptr ? 1 : static_cast<unsigned>(std::stoul(value));
}

TEST_P(TenantNames, ACreatedTenantHasASchemaOfItsOwn) {
    for (const Style style : kStyles) {
        SCOPED_TRACE(static_cast<int>(style));
        TenantNames::SetUp();
        write_marks(style);
        std::set<std::string> created;
        for (const std::string& name :
             random_names(first_seed() + static_cast<unsigned>(style), 60)) {
            const std::string why = failure_to_create(name);
            if (why.empty()) {
                created.insert(name);
            } else {
                EXPECT_NE(why.find(name), std::string::npos) << name << ": " << why;
            }
        }
        EXPECT_FALSE(created.empty());
        EXPECT_EQ(marked(), created);
    }
}

TEST_P(TenantNames, AListedTenantWorksInASchemaOfItsOwnOrIsNamed) {
    for (unsigned set = 0; set < 4 * std::size(kStyles); ++set) {
        const Style style = kStyles[set % std::size(kStyles)];
        SCOPED_TRACE(set);
        TenantNames::SetUp();
        write_marks(style);
        project().create_tenant("founder");
        const Names names = random_names(first_seed() + 100 + set, 1 + set);
        list(names);
        std::set<std::string> all(names.begin(), names.end());
        all.insert("founder");
        try {
            project().apply({.reconcile = true});
            EXPECT_EQ(marked(), all);
        } catch (const Error& error) {
            const std::string why = error.what();
            EXPECT_TRUE(std::ranges::any_of(names, [&](const std::string& name) {
                return why.find(name) != std::string::npos;
            })) << why;
            if (!kind().commits_each_file || why.find("Nothing was run") != std::string::npos) {
                EXPECT_EQ(marked(), std::set<std::string>{"founder"});
            }
        }
    }
}

TEST_P(TenantNames, ABadNameDoesNotHoldUpOthersWhereFailuresAreContained) {
    if (kind().schemas_are_files) GTEST_SKIP() << "tenants are not worked for one by one";
    for (unsigned set = 0; set < 4 * std::size(kStyles); ++set) {
        const Style style = kStyles[set % std::size(kStyles)];
        SCOPED_TRACE(set);
        TenantNames::SetUp();
        project().database.atomicity = db::Atomicity::Tenant;
        project().database.max_failures = {.value = 100, .is_percent = true};
        write_marks(style);
        project().create_tenant("founder");
        Names names = random_names(first_seed() + 200 + set, 4 + set);
        names.push_back("newcomer");
        list(names);
        const auto outcome = project().apply({.reconcile = true});
        std::set<std::string> expected(names.begin(), names.end());
        expected.insert("founder");
        for (const TenantFailure& failure : outcome.failures) {
            EXPECT_EQ(expected.erase(failure.tenant), 1U) << failure.tenant;
            EXPECT_NE(failure.message.find(failure.tenant), std::string::npos) << failure.message;
        }
        EXPECT_TRUE(expected.contains("newcomer"));
        EXPECT_EQ(marked(), expected);
    }
}

INSTANTIATE_TEST_SUITE_P(Databases, TenantNames, testing::ValuesIn(every_database()), name_of_kind);

}  // namespace
}  // namespace migrator::test
