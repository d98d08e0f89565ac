#include "cloud/aws/surroundings.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "aws/credential_support.hpp"
#include "cloud/aws/process.hpp"
#include "core/ascii.hpp"
#include "support/temp_dir.hpp"

namespace migrator::cloud::aws::test {
namespace {

TEST(SystemSurroundings, HaveTheEnvironment) {
    const Surroundings real = system_surroundings();
    ::setenv("MIGRATOR_TEST_OF_AWS", "value", 1);
    EXPECT_EQ(real.environment("MIGRATOR_TEST_OF_AWS"), "value");
    ::setenv("MIGRATOR_TEST_OF_AWS", "", 1);
    EXPECT_EQ(real.environment("MIGRATOR_TEST_OF_AWS"), std::nullopt);
    ::unsetenv("MIGRATOR_TEST_OF_AWS");
    EXPECT_EQ(real.environment("MIGRATOR_TEST_OF_AWS"), std::nullopt);
    EXPECT_GE(real.random(), 0.0);
    EXPECT_LE(real.random(), 1.0);
}

TEST(SystemSurroundings, ReadFiles) {
    const migrator::test::TempDir folder;
    const Surroundings real = system_surroundings();
    const std::string text("a\0b\n", 4);
    EXPECT_EQ(real.read_file(folder.write("file", text)), text);
    EXPECT_EQ(real.read_file(folder.path() / "none"), std::nullopt);
    EXPECT_EQ(real.read_file(folder.path() / "file" / "below"), std::nullopt);
    EXPECT_EQ(kind_of([&] { real.read_file(folder.path()); }), ErrorKind::Configuration);
    EXPECT_TRUE(contains(error_of([&] { real.read_file("/dev/zero"); }), "larger than 1 MiB"));
}

TEST(Command, GivesWhatItSaysAndHowItEnds) {
    const ProcessResult result =
        run_command("echo out; echo err >&2; cat; exit 3", ProcessLimits{});
    EXPECT_EQ(result.out, "out\n");
    EXPECT_EQ(result.err, "err\n");
    EXPECT_EQ(result.exit_code, 3);
    EXPECT_EQ(run_command("kill -TERM $$", ProcessLimits{}).exit_code, 128 + 15);
    EXPECT_EQ(run_command("/no/such/program", ProcessLimits{}).exit_code, 127);
    EXPECT_EQ(system_surroundings().run("printf x").out, "x");
}

TEST(Command, KeepsAllOfALongOutputThatIsAllowed) {
    const ProcessResult result = run_command(
        "head -c 65536 /dev/zero | tr '\\0' x; head -c 300000 /dev/zero | tr '\\0' y >&2; echo end "
        ">&2",
        ProcessLimits{}
    );
    EXPECT_EQ(result.out, std::string(65'536, 'x'));
    EXPECT_EQ(result.err.size(), 65'536U);
    EXPECT_TRUE(result.err.ends_with("yend\n"));
}

TEST(Command, IsKilledWithAllItStartedWhenItIsOverALimit) {
    const migrator::test::TempDir folder;
    const std::string pid_file = (folder.path() / "pid").string();
    const std::string command = "sleep 1000 & echo $! > " + pid_file + "; ";
    const auto expect_killed = [&] {
        const std::string pid = system_surroundings().read_file(pid_file).value_or("0");
        // A zombie that nobody has reaped yet is dead too.
        const std::string check = "! grep -q '^State:[[:space:]]*[RSD]' /proc/" +
                                  std::string(trimmed(pid)) + "/status 2>/dev/null";
        const std::string wait = "until " + check + "; do :; done";
        EXPECT_EQ(run_command(wait, ProcessLimits{}).exit_code, 0);
    };
    EXPECT_TRUE(contains(
        error_of([&] { run_command(command + "wait", {.time = std::chrono::milliseconds(500)}); }),
        "did not finish within 500 ms"
    ));
    expect_killed();
    EXPECT_TRUE(contains(
        error_of([&] { run_command(command + "yes marker", {.out_bytes = 1'000}); }),
        "wrote more than 1000 bytes"
    ));
    expect_killed();
}

TEST(Command, NeedNotBeWaitedForByWhoItLeavesBehind) {
    // The one left behind keeps the output open; it ends when this test's folder is gone.
    const migrator::test::TempDir folder;
    const std::string file = folder.write("file", "").string();
    const ProcessResult result =
        run_command("(while [ -e " + file + " ]; do sleep 0.1; done) & echo done", ProcessLimits{});
    EXPECT_EQ(result.out, "done\n");
    EXPECT_EQ(result.exit_code, 0);
}

}  // namespace
}  // namespace migrator::cloud::aws::test
