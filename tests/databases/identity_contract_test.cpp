// A file stays the same file when its place changes, and is never taken for another one.
#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>

#include "core/error.hpp"
#include "databases/project_test.hpp"
#include "loader/loader.hpp"

namespace migrator::test {
namespace {

namespace fs = std::filesystem;

class Identity : public ProjectTest {
protected:
    void SetUp() override {
        ProjectTest::SetUp();
        if (IsSkipped()) return;
        base("one");
        write("catalog/001.sql", create("catalog"));
        write("stores/001.sql", create("{schema}"));
        write("stores/002.sql", insert("b"));
        project().apply();
        project().create_tenant("north");
    }

    std::string create(const std::string& schema) const {
        const bool makes_schema = schema == "catalog" && !kind().schemas_are_files;
        return std::string(makes_schema ? "create schema {schema};\n" : "") +
               "create table {schema}.ran (what varchar(40));\n" + insert(schema);
    }
    static std::string insert(const std::string& what) {
        return "insert into {schema}.ran values ('" + what + "');";
    }
    fs::path folder() { return project().folder() / base_; }
    void write(const std::string& file, const std::string& text) {
        project().write(base_ + "/" + file, text);
    }
    void base(const std::string& name) {
        base_ = name;
        project().loader.base_location = folder();
        for (const char* each : {"catalog", "stores"}) fs::create_directories(folder() / each);
        project().loader.directories = {
            {MigrationType::SingleMigration, {"catalog"}},
            {MigrationType::TenantMigration, {"stores"}}};
    }
    void copy_to(const std::string& name) {
        const fs::path from = folder();
        base(name);
        fs::copy(
            from, folder(), fs::copy_options::recursive | fs::copy_options::overwrite_existing
        );
    }
    std::size_t pending() { return project().open()->inspection().status().pending.files.size(); }
    ErrorKind refusal() {
        try {
            project().apply();
        } catch (const Error& error) {
            message_ = error.what();
            return error.kind();
        }
        ADD_FAILURE() << "the run was not refused";
        return ErrorKind::Internal;
    }
    std::string ran(const std::string& what, const std::string& schema) {
        return project().value(
            "select count(*) from " + schema + ".ran where what = '" + what + "'", schema
        );
    }
    bool is_told(const std::string& text) const { return message_.find(text) != std::string::npos; }

    std::string base_;
    std::string message_;
};

TEST_P(Identity, FromAnotherPlaceNothingIsPending) {
    copy_to("two");
    EXPECT_EQ(pending(), 0U);
    EXPECT_EQ(project().apply().summary.version_id, 0);
    fs::create_directory_symlink(folder(), project().folder() / "link");
    project().loader.base_location = project().folder() / "link";
    EXPECT_EQ(pending(), 0U);
    project().loader.base_location = folder().string() + "//./";
    EXPECT_EQ(pending(), 0U);
}

TEST_P(Identity, BlueAndGreenTakeTurns) {
    copy_to("green");
    write("stores/003.sql", insert("c"));
    EXPECT_EQ(project().apply().summary.tenant_migrations, 1);
    project().create_tenant("south");
    copy_to("one");
    EXPECT_EQ(pending(), 0U);
    write("stores/004.sql", insert("d"));
    EXPECT_EQ(project().apply().summary.tenant_migrations_total, 2);
    copy_to("green");
    EXPECT_EQ(pending(), 0U);
    copy_to("third");
    EXPECT_EQ(pending(), 0U);
    for (const char* tenant : {"north", "south"}) {
        for (const char* what : {"b", "c", "d"}) EXPECT_EQ(ran(what, tenant), "1") << what;
    }
    const auto status = project().open()->inspection().status();
    EXPECT_EQ(status.fleet.standings[static_cast<std::size_t>(plan::Standing::Current)], 2U);
}

TEST_P(Identity, ATenantThatLacksAFileIsFoundUnderBothNames) {
    copy_to("two");
    write("stores/003.sql", insert("c"));
    project().create_tenant("south");  // has 003, and the others under their new names
    const auto status = project().open()->inspection().status();
    ASSERT_EQ(status.lagging.size(), 1U);
    EXPECT_EQ(status.lagging[0].tenant, "north");
    EXPECT_EQ(status.lagging[0].missing, std::vector<std::string>{folder() / "stores/003.sql"});
    project().apply({.version_name = "x", .reconcile = true});
    EXPECT_EQ(ran("c", "north"), "1");
    EXPECT_EQ(ran("b", "north"), "1");
}

TEST_P(Identity, AnUnclearMoveIsRefusedUntilAPersonHasDecided) {
    copy_to("two");
    write("stores/002.sql", insert("edited"));
    write("stores/003.sql", insert("c"));
    EXPECT_EQ(refusal(), ErrorKind::FileMoved);
    EXPECT_TRUE(is_told("accept --moved")) << message_;
    EXPECT_TRUE(is_told("stores/002.sql")) << message_;
    auto instance = project().open();
    const std::string from = project().folder() / "one";
    instance->corrections().move(instance->corrections().find_moved(from, folder(), false), "");
    EXPECT_EQ(project().apply().changed.size(), 1U);
    instance->corrections().accept(instance->corrections().find_change("stores/002.sql"), "");
    EXPECT_EQ(project().apply().summary.tenant_migrations, 1);
    EXPECT_EQ(ran("b", "north"), "1");
    EXPECT_EQ(ran("edited", "north"), "0");
}

TEST_P(Identity, ANewProjectInThePlaceOfNoOther) {
    base("two");
    write("catalog/900.sql", "create table catalog.other (x integer);");
    EXPECT_EQ(refusal(), ErrorKind::FileMoved);
    auto instance = project().open();
    instance->corrections().declare_new(instance->corrections().find_new(""), "");
    EXPECT_EQ(project().apply().summary.single_migrations, 1);
    base("one");
    EXPECT_EQ(pending(), 0U);
}

TEST_P(Identity, RewrittenRowsAreKnownToProgramsThatCompareNames) {
    copy_to("two");
    auto instance = project().open();
    const std::string from = project().folder() / "one";
    instance->corrections().move(instance->corrections().find_moved(from, folder(), true), "");
    project().knows_its_place = false;
    EXPECT_EQ(pending(), 0U);
    EXPECT_EQ(
        project().value(
            "select count(*) from " + own("migrator_migrations") + " where source_dir = '" +
            (folder() / "stores").string() + "'"
        ),
        "2"
    );
}

TEST_P(Identity, ARenamedFileIsRefusedWithBothNames) {
    fs::rename(folder() / "stores/002.sql", folder() / "stores/0002.sql");
    EXPECT_EQ(refusal(), ErrorKind::FileMoved);
    EXPECT_TRUE(is_told("stores/002.sql")) << message_;
    EXPECT_TRUE(is_told("stores/0002.sql")) << message_;
    auto instance = project().open();
    instance->corrections().move(
        instance->corrections().find_moved("stores/002.sql", "stores/0002.sql", false), ""
    );
    EXPECT_EQ(pending(), 0U);
    EXPECT_EQ(project().apply().summary.version_id, 0);
    EXPECT_TRUE(project().open()->inspection().status().fleet.findings.missing.empty());
}

TEST_P(Identity, ARenamedFileThatIsNewRuns) {
    fs::rename(folder() / "stores/002.sql", folder() / "stores/0002.sql");
    auto instance = project().open();
    instance->corrections().declare_new(instance->corrections().find_new("stores/0002.sql"), "");
    EXPECT_EQ(project().apply().summary.tenant_migrations, 1);
    EXPECT_EQ(ran("b", "north"), "2");
}

TEST_P(Identity, ARenamedDirectoryIsRefusedAndAccepted) {
    fs::rename(folder() / "stores", folder() / "shops");
    project().loader.directories[MigrationType::TenantMigration] = {"shops"};
    EXPECT_EQ(refusal(), ErrorKind::FileMoved);
    EXPECT_TRUE(is_told("/stores")) << message_;
    EXPECT_TRUE(is_told("/shops")) << message_;
    auto instance = project().open();
    instance->corrections().move(instance->corrections().find_moved("stores", "shops", false), "");
    EXPECT_EQ(pending(), 0U);
}

TEST_P(Identity, ASingleDirectoryThatIsAnotherSchemaCannotBeTheSame) {
    fs::rename(folder() / "catalog", folder() / "articles");
    project().loader.directories[MigrationType::SingleMigration] = {"articles"};
    EXPECT_EQ(refusal(), ErrorKind::FileMoved);
    auto instance = project().open();
    EXPECT_THROW(instance->corrections().find_moved("catalog", "articles", false), Error);
}

TEST_P(Identity, TwoProjectsWithTheSameFoldersGoOnSideBySide) {
    // As two programs that compare names have left it.
    project().knows_its_place = false;
    base("two");
    write("stores/001.sql", "select 1;");
    write("stores/002.sql", insert("b"));
    write("stores/003.sql", insert("two"));
    project().apply();
    project().knows_its_place = true;
    EXPECT_EQ(pending(), 0U);
    write("stores/004.sql", insert("d"));
    EXPECT_EQ(project().apply().summary.tenant_migrations, 1);
    base("one");
    EXPECT_EQ(pending(), 0U);
    write("stores/004.sql", insert("d"));
    EXPECT_EQ(project().apply().summary.tenant_migrations, 1);
    EXPECT_EQ(ran("d", "north"), "2");
    EXPECT_TRUE(project().open()->inspection().status().fleet.findings.missing.empty());
}

TEST_P(Identity, RowsOfVersion4WithoutChecksumsNeedAPerson) {
    project().execute("update " + own("migrator_migrations") + " set checksum = null");
    EXPECT_EQ(pending(), 0U);
    copy_to("two");
    EXPECT_EQ(refusal(), ErrorKind::FileMoved);
    auto instance = project().open();
    const std::string from = project().folder() / "one";
    instance->corrections().move(instance->corrections().find_moved(from, folder(), false), "");
    EXPECT_EQ(pending(), 0U);
}

TEST_P(Identity, AMigrationOfAnotherKindIsAnotherOne) {
    fs::create_directories(folder() / "both");
    write("both/005.sql", "select 1;");
    project().loader.directories[MigrationType::SingleMigration] = {"catalog", "both"};
    project().apply();
    project().loader.directories[MigrationType::SingleMigration] = {"catalog"};
    project().loader.directories[MigrationType::TenantMigration] = {"stores", "both"};
    EXPECT_EQ(project().apply().summary.tenant_migrations, 1);
    EXPECT_EQ(pending(), 0U);
}

TEST_P(Identity, LateAndMissingFilesAreTold) {
    write("stores/0015.sql", insert("late"));
    project().options.out_of_order = coordinator::Reaction::Fail;
    EXPECT_EQ(refusal(), ErrorKind::OutOfOrder);
    EXPECT_TRUE(is_told("stores/0015.sql")) << message_;
    project().options.out_of_order = coordinator::Reaction::Warn;
    auto outcome = project().apply();
    ASSERT_EQ(outcome.notes.size(), 1U);
    EXPECT_NE(outcome.notes[0].find("stores/0015.sql"), std::string::npos);
    fs::remove(folder() / "stores/002.sql");
    outcome = project().apply();
    ASSERT_EQ(outcome.notes.size(), 1U);
    EXPECT_NE(outcome.notes[0].find("stores/002.sql"), std::string::npos);
    project().options.missing_files = coordinator::Reaction::Fail;
    EXPECT_EQ(refusal(), ErrorKind::MissingFiles);
    project().options.missing_files = coordinator::Reaction::Allow;
    EXPECT_TRUE(project().apply().notes.empty());
}

/// What was done to a project, and what has to have run where.
class History {
public:
    History(Project& project, const DatabaseKind& kind, std::uint32_t seed)
        : project_(project), kind_(kind), random_(seed) {
        use_base("b0");
        project_.loader.directories = {
            {MigrationType::SingleMigration, {"catalog"}},
            {MigrationType::TenantMigration, {"stores"}}};
        const std::string table = "create table {schema}.ran (what varchar(40));";
        const std::string schema = kind.schemas_are_files ? "" : "create schema {schema};\n";
        put("catalog", "100.sql", schema + table);
        put("stores", "100.sql", table);
        apply();
        create_tenant();
    }

    void step() {
        switch (random_() % 11) {
            case 0:
            case 1:
                return add_file(std::to_string(next_ += 1 + static_cast<unsigned>(random_() % 5)));
            case 2:
                return add_file(std::to_string(101 + random_() % 800) + "late" + unique());
            case 3:
                return rename_file();
            case 4:
                return remove_file();
            case 5:
                return edit_file();
            case 6:
                return move_base("b" + std::to_string(++bases_));
            case 7:
                return move_base("b" + std::to_string(random_() % (bases_ + 1)));
            case 8:
                if (tenants_.size() < 4 && is_settled_) return create_tenant();
                return;
            case 9:
                return apply_by_name();
            default:
                return apply();
        }
    }

    void check() {
        apply();
        for (const auto& [schema, expected] : ran_) {
            std::map<std::string, int> found;
            for (const auto& [what, times] : expected) {
                const std::string count = project_.value(
                    "select count(*) from " + schema + ".ran where what = '" + what + "'", schema
                );
                found[what] = std::stoi(count);
            }
            EXPECT_EQ(found, expected) << schema << told_;
            const std::string all =
                project_.value("select count(*) from " + schema + ".ran", schema);
            int sum = 0;
            for (const auto& [what, times] : expected) sum += times;
            EXPECT_EQ(all, std::to_string(sum)) << schema << told_;
        }
    }
    const std::string& told() const { return told_; }

private:
    struct File {
        std::string folder;
        std::string name;
        std::string what;  ///< it inserts; empty: the table
        std::string text;
        bool is_applied = false;
        bool is_edited = false;   ///< since it was applied
        bool is_renamed = false;  ///< since it was applied
        bool has_twin = false;    ///< recorded with the same text: a rename of it can't be told
    };

    std::string unique() { return "u" + std::to_string(++unique_); }
    void tell(const std::string& text) { told_ += "\n  " + text; }
    fs::path folder() const { return project_.folder() / base_; }
    void use_base(const std::string& name) {
        base_ = name;
        project_.loader.base_location = folder();
    }
    void put(const std::string& folder, const std::string& name, const std::string& text) {
        files_.push_back({folder, name, "", text});
        write(files_.back());
    }
    void write(const File& file) const {
        project_.write(base_ + "/" + file.folder + "/" + file.name, file.text);
    }
    File* any_applied() {
        std::vector<File*> files;
        for (File& file : files_) {
            if (file.is_applied && !file.what.empty() && !file.is_edited && !file.is_renamed) {
                files.push_back(&file);
            }
        }
        return files.empty() ? nullptr : files[random_() % files.size()];
    }

    void add_file(const std::string& number) {
        const std::string what = unique();
        const std::string folder = random_() % 3 == 0 ? "catalog" : "stores";
        const std::string name = number + ".sql";
        for (const File& file : files_) {
            if (file.folder == folder && file.name == name) return;
        }
        files_.push_back({folder, name, what, "insert into {schema}.ran values ('" + what + "');"});
        write(files_.back());
        is_settled_ = false;
        tell("add " + folder + "/" + name + " " + what);
    }
    void rename_file() {
        File* file = any_applied();
        if (file == nullptr || file->has_twin) return;
        fs::remove(folder() / file->folder / file->name);
        const std::string before = file->name;
        file->name = file->name.substr(0, 3) + unique() + ".sql";
        file->is_renamed = true;
        write(*file);
        renamed_.emplace_back(file->folder + "/" + before, file->folder + "/" + file->name);
        is_settled_ = false;
        tell("rename " + file->folder + "/" + before + " to " + file->name);
    }
    void remove_file() {
        File* file = any_applied();
        if (file == nullptr) return;
        tell("remove " + file->folder + "/" + file->name);
        fs::remove(folder() / file->folder / file->name);
        files_.erase(files_.begin() + (file - files_.data()));
    }
    void edit_file() {
        File* file = any_applied();
        if (file == nullptr) return;
        file->text += "\n-- edited " + unique();
        file->is_edited = true;
        write(*file);
        is_settled_ = false;
        tell("edit " + file->folder + "/" + file->name);
    }
    void move_base(const std::string& name) {
        if (name == base_) return;
        fs::remove_all(project_.folder() / name);
        fs::copy(folder(), project_.folder() / name, fs::copy_options::recursive);
        before_ = folder();
        use_base(name);
        tell("move to " + name);
    }
    void create_tenant() {
        const std::string tenant = "t" + std::to_string(tenants_.size());
        tell("create " + tenant);
        try_until_done([&] { return project_.create_tenant(tenant); });
        tenants_.push_back(tenant);
        note_run(tenant);
    }
    void note_run(const std::string& schema) {
        for (const File& file : files_) {
            if (file.folder == "stores" && !file.what.empty()) ++ran_[schema][file.what];
        }
    }
    void note_applied() {
        for (File& file : files_) {
            if (!file.is_applied && !file.what.empty()) {
                if (file.folder == "catalog") ++ran_["catalog"][file.what];
                for (const std::string& tenant : tenants_) {
                    if (file.folder == "stores") ++ran_[tenant][file.what];
                }
            }
            file.is_applied = true;
            file.is_edited = false;
            file.is_renamed = false;
        }
        renamed_.clear();
        is_settled_ = true;
    }

    /// A program that compares names: only from where all that is recorded is by these names.
    void apply_by_name() {
        if (!is_settled_ && (!renamed_.empty() || has_edited())) return;
        const auto moved = project_.value(
            "select count(*) from " + kind_.prefix +
            "migrator_migrations where filename not like '" + folder().string() + "/%'"
        );
        if (moved != "0") return;
        tell("apply by name");
        project_.knows_its_place = false;
        project_.apply();
        project_.knows_its_place = true;
        note_applied();
    }
    bool has_edited() const {
        return std::ranges::any_of(files_, [](const File& file) { return file.is_edited; });
    }

    void apply() {
        tell("apply");
        try_until_done([&] { return project_.apply(); });
        note_applied();
    }
    template <typename Try>
    void try_until_done(Try attempt) {
        for (int tries = 0; tries < 30; ++tries) {
            try {
                const auto outcome = attempt();
                if (outcome.changed.empty()) return;
                ASSERT_TRUE(has_edited())
                    << "nobody has edited " << outcome.changed[0].file << told_;
                auto instance = project_.open();
                instance->corrections().accept(
                    instance->corrections().find_change(outcome.changed[0].file), ""
                );
            } catch (const Error& error) {
                ASSERT_EQ(error.kind(), ErrorKind::FileMoved) << error.what() << told_;
                decide();
            }
        }
        FAIL() << "no way out" << told_;
    }
    /// What a person says to a refusal.
    void decide() {
        auto instance = project_.open();
        auto& corrections = instance->corrections();
        const auto findings = instance->inspection().status().fleet.findings;
        if (!findings.base.elsewhere.empty()) {
            tell("accept moved base " + findings.base.elsewhere.front());
            ASSERT_TRUE(!before_.empty()) << told_;
            return corrections.move(
                corrections.find_moved(
                    findings.base.elsewhere.front(), folder(), random_() % 2 == 0
                ),
                ""
            );
        }
        ASSERT_FALSE(findings.moved.empty()) << told_;
        const plan::Move& move = findings.moved.front();
        const auto is_it = [&](const auto& renamed) {
            return move.from == folder() / renamed.first && move.to == folder() / renamed.second;
        };
        ASSERT_TRUE(std::ranges::any_of(renamed_, is_it)) << move.from << " " << move.to << told_;
        if (random_() % 3 != 0) {
            tell("accept moved " + move.to);
            return corrections.move(corrections.find_moved(move.from, move.to, false), "");
        }
        tell("accept as new " + move.to);
        corrections.declare_new(corrections.find_new(move.to), "");
        for (File& file : files_) {
            if (move.to != folder() / file.folder / file.name) continue;
            file.is_applied = false;
            file.has_twin = true;
        }
    }

    Project& project_;
    const DatabaseKind& kind_;
    std::mt19937 random_;
    std::string base_;
    fs::path before_;
    std::vector<File> files_;
    std::vector<std::string> tenants_;
    std::vector<std::pair<std::string, std::string>> renamed_;
    std::map<std::string, std::map<std::string, int>> ran_;  ///< by schema
    std::string told_;
    unsigned next_ = 200;
    unsigned unique_ = 0;
    unsigned bases_ = 0;
    bool is_settled_ = true;  ///< nothing is pending, edited or renamed
};

/// Each history has a database of its own, one at a time.
class Histories : public ProjectTest {
protected:
    void SetUp() override {
        if (!make_test_database(kind())) GTEST_SKIP() << kind().url_variable << " is not set";
    }
};

TEST_P(Histories, RunEachFileOnceWhereItBelongs) {
    const char* given = std::getenv("MIGRATOR_TEST_HISTORIES");  // NOLINT(concurrency-mt-unsafe)
    const int count = given != nullptr ? std::atoi(given) : kind().schemas_are_files ? 60 : 15;
    const char* given_seed = std::getenv("MIGRATOR_TEST_SEED");  // NOLINT(concurrency-mt-unsafe)
    const auto first = given_seed != nullptr ? static_cast<std::uint32_t>(std::atoll(given_seed))
                                             : std::random_device()();
    for (int i = 0; i < count && !HasFailure(); ++i) {
        const auto seed = first + static_cast<std::uint32_t>(i);
        SCOPED_TRACE("MIGRATOR_TEST_SEED=" + std::to_string(seed));
        Project project(make_test_database(kind()));
        History history(project, kind(), seed);
        for (int step = 0; step < 25 && !HasFailure(); ++step) history.step();
        if (!HasFailure()) history.check();
    }
}

MIGRATOR_ON_EVERY_DATABASE(Identity);
MIGRATOR_ON_EVERY_DATABASE(Histories);

}  // namespace
}  // namespace migrator::test
