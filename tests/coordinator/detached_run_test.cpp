#include "coordinator/detached_run.hpp"

#include <gtest/gtest.h>

namespace migrator::coordinator {
namespace {

TEST(DetachedRunProgress, TellsOfStatementsThatRunForLongAndForWhomTheyWait) {
    DetachedRun run(db::RunRecord{.id = "a"});
    Progress progress{.phase = "applying", .files = 3};
    progress.long_statements.push_back(
        {.schema = "t2",
         .is_of_tenant = true,
         .file = "m/\"1\".sql",
         .line = 7,
         .statement = "alter table t2.c",
         .since = TimePoint(std::chrono::seconds(1'000'000)),
         .wait =
             Wait{
                 .what = "a lock on t2.c",
                 .blockers =
                     {{.session = "812",
                       .user = "app",
                       .address = "10.0.0.3",
                       .program = "billing",
                       .since = std::chrono::seconds(61),
                       .state = "idle",
                       .statement = "select ?",
                       .is_ours = true},
                      {.session = "813"}},
                 .is_guess = true}}
    );
    progress.long_statements.push_back({.about = "committing"});
    run.progressed(progress);
    EXPECT_EQ(
        run.snapshot().progress,
        R"({"phase":"applying","files":3,"filesDone":0,"tenants":0,"tenantsDone":0,)"
        R"("tenantsFailed":0,"executions":0,"executionsDone":0,"longStatements":[{"file":"m/\"1\".sql","schema":"t2","line":7,)"
        R"("statement":"alter table t2.c","since":"1970-01-12T13:46:40Z","waitsFor":)"
        R"({"what":"a lock on t2.c","guess":true,"sessions":[{"session":"812","user":"app",)"
        R"("address":"10.0.0.3","program":"billing","seconds":61,"state":"idle","statement":)"
        R"("select ?","ofThisRun":true},{"session":"813"}]}},{"file":"","schema":"","line":0,)"
        R"("statement":"committing","since":"1970-01-01T00:00:00Z"}],"seq":3})"
    );
    run.finish(200, "{}", {});
    EXPECT_EQ(run.snapshot().progress.find("longStatements"), std::string::npos);
}

TEST(DetachedRunProgress, TellsForWhichRunItWaits) {
    DetachedRun run(db::RunRecord{.id = "a"});
    run.progressed({.phase = "waiting", .about = "waiting for it", .news = "news"});
    EXPECT_EQ(
        run.snapshot().progress,
        R"({"phase":"waiting","about":"waiting for it","files":0,"filesDone":0,"tenants":0,)"
        R"("tenantsDone":0,"tenantsFailed":0,"executions":0,"executionsDone":0,"seq":2})"
    );
    EXPECT_EQ(run.snapshot().state, "waiting");
}

}  // namespace
}  // namespace migrator::coordinator
