#include <algorithm>

#include "cli/command_line.hpp"
#include "core/error.hpp"

namespace migrator::cli::test {
namespace {

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

class RemoveTenant : public CommandLine {
protected:
    RemoveTenant() {
        write_files();
        EXPECT_EQ(run({"apply"}), 0);
        database.add_objects("def", {"table t", "view v"});
    }
    bool has_rows(const std::string& tenant) const {
        const auto rows = database.rows();
        return std::ranges::any_of(rows, [&](const auto& row) { return row.schema == tenant; });
    }
    bool is_there() {
        run({"tenants"});
        return contains(out.str(), "def\n");
    }
};

TEST_F(RemoveTenant, ShowsWhatThereIsAndAsks) {
    in_is_terminal = true;
    answer = "n\n";
    EXPECT_EQ(run({"remove-tenant", "def"}), 1);
    EXPECT_EQ(
        out.str(), "Tenant:   def\nRecords:  3 files\nSchema:   def with 2 objects, which stays\n"
    );
    EXPECT_TRUE(contains(err.str(), "no changes were made")) << err.str();
    EXPECT_TRUE(is_there());
    answer = "y\n";
    EXPECT_EQ(run({"remove-tenant", "def"}), 0);
    EXPECT_TRUE(contains(out.str(), "Removed tenant def.\n")) << out.str();
    EXPECT_FALSE(is_there());
    EXPECT_FALSE(has_rows("def"));
    EXPECT_TRUE(has_rows("abc"));
    EXPECT_EQ(database.objects().size(), 1U) << "the schema stays";
}

TEST_F(RemoveTenant, AsksTwiceBeforeItDropsTheSchema) {
    in_is_terminal = true;
    for (const char* answers : {"y\n", "y\ny\n", "y\nde\n", "n\ndef\n"}) {
        answer = answers;
        EXPECT_EQ(run({"remove-tenant", "def", "--drop-schema"}), 1) << answers;
        EXPECT_TRUE(is_there());
    }
    EXPECT_TRUE(contains(out.str(), "def")) << out.str();
    answer = "y\ndef\n";
    EXPECT_EQ(run({"remove-tenant", "def", "--drop-schema"}), 0);
    EXPECT_TRUE(contains(out.str(), "  table t\n  view v\n")) << out.str();
    EXPECT_TRUE(contains(err.str(), "type the name of the tenant")) << err.str();
    EXPECT_TRUE(contains(out.str(), "Removed tenant def and dropped the schema def.\n"));
    EXPECT_TRUE(database.objects().empty());
}

TEST_F(RemoveTenant, DoesNotAskWithYes) {
    const auto removed = run_json({"remove-tenant", "def", "--drop-schema", "--yes", "--json"});
    EXPECT_EQ(exit_code, 0);
    EXPECT_EQ(removed.at("tenant"), "def");
    EXPECT_EQ(removed.at("wasListed"), true);
    EXPECT_EQ(removed.at("rows"), 3);
    EXPECT_EQ(removed.at("schemaDropped"), true);
    EXPECT_FALSE(is_there());
}

TEST_F(RemoveTenant, NeedsSomebodyToAsk) {
    answer = "y\n";
    EXPECT_EQ(run({"remove-tenant", "def"}), 2);
    EXPECT_TRUE(contains(err.str(), "pass --yes")) << err.str();
    in_is_terminal = true;
    EXPECT_EQ(run({"remove-tenant", "def", "--json"}), 2);
    EXPECT_TRUE(is_there());
}

TEST_F(RemoveTenant, RemovesWhatADeletedTenantHasLeft) {
    database.remove_tenant("def");
    TenantState state;
    state.tenant = "def";
    state.state = "failed";
    state.first_file = tenant_1.file;
    database.add_state(state);
    EXPECT_EQ(run({"status"}), 0);
    EXPECT_TRUE(contains(out.str(), "migrator remove-tenant NAME")) << out.str();
    EXPECT_EQ(run({"remove-tenant", "def", "--yes"}), 0);
    EXPECT_TRUE(contains(out.str(), "def, not in the tenant list")) << out.str();
    EXPECT_EQ(run({"status"}), 0);
    EXPECT_FALSE(contains(out.str(), "remove-tenant")) << out.str();
    EXPECT_TRUE(database.states().empty());
}

TEST_F(RemoveTenant, OfWhichNothingIsKnownIsAnError) {
    database.add_objects("somebodys", {"table t"});
    for (const char* name : {"nobody", "somebodys"}) {
        EXPECT_EQ(run({"remove-tenant", name, "--drop-schema", "--yes"}), 1);
        EXPECT_TRUE(contains(err.str(), "does not exist, and nothing is recorded for it"))
            << err.str();
    }
    EXPECT_EQ(database.objects().size(), 2U);
    EXPECT_EQ(run({"remove-tenant", "a.b", "--yes"}), 1);
    EXPECT_EQ(run({"remove-tenant"}), 2);
}

TEST_F(RemoveTenant, WaitsForTheLock) {
    options.lock_timeout = std::chrono::milliseconds(0);
    database.hold_lock({"r", "host-b (pid 9)", "q-1", "v2", now()});
    EXPECT_EQ(run({"remove-tenant", "def", "--yes"}), 5);
    EXPECT_TRUE(is_there());
}

}  // namespace
}  // namespace migrator::cli::test
