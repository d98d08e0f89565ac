#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "cli/command_line.hpp"

namespace migrator::cli::test {
namespace {

using std::chrono::microseconds;

class TraceCommand : public CommandLine {
protected:
    bool out_has(const std::string& part) const {
        return out.str().find(part) != std::string::npos;
    }

    /// A rewrite of `orders`, traced on a tenant.
    static TraceReport report() {
        TracedStatement statement{
            .file = "/migrations/tenants/002.sql",
            .number = 1,
            .line = 3,
            .text = "alter table orders alter total type bigint"};
        statement.time = microseconds(2'500);
        statement.locks = {{"abc", "orders", "AccessExclusiveLock"}};
        statement.touched = {{"abc", "orders", true, true, 0}};
        TraceReport report;
        report.traces.push_back(
            {.schema = "abc", .statements = {statement}, .failure = {}, .held = microseconds(3'000)}
        );
        report.estimate.emplace();
        report.estimate->traced = 1;
        report.estimate->tenants = {
            {"def", {microseconds(1'000), microseconds(3'000), microseconds(9'000)}}};
        report.estimate->wall = report.estimate->tenants[0].time;
        return report;
    }
};

TEST_F(TraceCommand, ShowsLocksRewritesAndTheEstimate) {
    write_files();
    database.set_trace(report());
    EXPECT_EQ(run({"plan", "--analyze", "--on", "*", "--sample", "1", "--max-hold", "1s"}), 0)
        << err.str();
    EXPECT_TRUE(
        out_has("/migrations/tenants/002.sql:3 alter table orders alter total type bigint  2.5 ms\n"
                "  ACCESS EXCLUSIVE on orders\n"
                "  rewrites and scans orders\n"
                "  orders: reads and writes blocked for 2.5 ms\n")
    ) << out.str();
    EXPECT_TRUE(out_has("In all: 3.0 ms (1.0 ms to 9.0 ms) with 1 tenant at once")) << out.str();
    const auto asked = database.trace_request().value();
    EXPECT_EQ(asked.on, (std::vector<std::string>{"abc", "def"}));
    EXPECT_EQ(asked.sample, 1U);
    EXPECT_EQ(asked.max_hold, std::chrono::milliseconds(1'000));
    EXPECT_EQ(asked.maker, "host-a (pid 7)");
    EXPECT_FALSE(asked.scratch);
}

TEST_F(TraceCommand, GivesTheSameAsJson) {
    write_files();
    database.set_trace(report());
    EXPECT_EQ(run({"plan", "--analyze", "--on", "abc", "--json"}), 0) << err.str();
    const auto root = boost::json::parse(out.str()).as_object();
    const auto& trace = root.at("trace").at("tenants").as_array().at(0).as_object();
    EXPECT_EQ(trace.at("schema"), "abc");
    const auto& lock = trace.at("statements").as_array().at(0).at("locks").as_array().at(0);
    EXPECT_EQ(lock.at("mode"), "AccessExclusiveLock");
    EXPECT_EQ(lock.at("blocksReads"), true);
    EXPECT_EQ(root.at("trace").at("estimate").at("wall").at("likely"), 3'000);
    EXPECT_TRUE(root.at("trace").at("scratch").is_null());
}

TEST_F(TraceCommand, AFileThatFailsIsAFailureOfTheCommand) {
    write_files();
    TraceReport failed;
    failed.problems = {"the trace on tenant abc stopped at 002.sql line 1: duplicate key"};
    database.set_trace(failed);
    EXPECT_EQ(run({"plan", "--analyze", "--on", "abc"}), 1);
    EXPECT_TRUE(out_has("duplicate key")) << out.str();
    EXPECT_EQ(run({"plan", "--analyze", "--on", "abc", "--json"}), 1);
    EXPECT_TRUE(out_has("duplicate key")) << out.str();
}

TEST_F(TraceCommand, RefusesOptionsThatWouldHaveNoEffect) {
    write_files();
    const std::vector<std::string> cases[] = {
        {"plan", "--scratch"},
        {"plan", "--on", "abc"},
        {"plan", "--analyze", "--scratch", "--sample", "2"},
        {"plan", "--analyze", "--scratch", "--max-hold", "2s"},
        {"plan", "--analyze", "--scratch", "--scratch-source", "postgres://other"},
        {"plan", "--analyze", "--on", "abc", "--sample", "0"},
        {"plan", "--analyze", "--on", "abc", "--max-hold", "0s"},
        {"plan", "--analyze", "--on", "abc", "--max-bytes", "1GB"}};
    for (const auto& c : cases) {
        EXPECT_EQ(run(c), 2) << testing::PrintToString(c) << out.str();
        EXPECT_FALSE(database.trace_request());
    }
}

TEST_F(TraceCommand, ANameOfNobodyIsAnError) {
    write_files();
    EXPECT_NE(run({"plan", "--analyze", "--on", "nobody"}), 0);
    EXPECT_FALSE(database.trace_request());
    EXPECT_NE(err.str().find("nobody"), std::string::npos) << err.str();
}

}  // namespace
}  // namespace migrator::cli::test
