#include "metrics/metrics.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <stdexcept>
#include <thread>
#include <utility>

#include "core/error.hpp"
#include "exposition.hpp"

using namespace migrator;
using namespace migrator::metrics;
using migrator::metrics::test::Exposition;

namespace {

using Labels = std::map<std::string, std::string>;

RequestDone request_from(std::string_view host) {
    return {.method = "GET", .path = "/migrator/v1/tenants", .host = host};
}

}  // namespace

TEST(Metrics, ShowWhatIsInTheGoldenFileFromTheStart) {
    const Registry registry("v2026.0.0 @ 0123abc", {"localhost"});
    const std::string masked =
        std::regex_replace(registry.text(), std::regex("\n(process_\\w+) [^\n]*"), "\n$1 *");
    const auto path =
        std::filesystem::path(MIGRATOR_SOURCE_DIR) / "tests/metrics/golden/metrics.txt";
    const char* update = std::getenv("MIGRATOR_UPDATE_GOLDEN");
    if (update != nullptr && std::string(update) == "1") {
        std::ofstream(path, std::ios::binary) << masked;
        return;
    }
    std::ifstream file(path, std::ios::binary);
    const std::string expected{std::istreambuf_iterator<char>(file), {}};
    EXPECT_EQ(masked, expected) << path << " differs; MIGRATOR_UPDATE_GOLDEN=1 rewrites it";
}

TEST(Metrics, AreWrittenInTheStandardFormat) {
    Registry registry("a \"quoted\" \\ version\n", {"localhost"});
    registry.request_done(request_from("localhost"));
    registry.watch_pool("re\"ad", [] { return PoolUse{.in_use = 1, .idle = 2, .limit = 8}; });
    registry.watch_gauge("migrator_spool_bytes", "of\nall \\ files", [] { return 1e9; });
    const Exposition shown(registry.text());
    EXPECT_EQ(shown.value("migrator_gin_info", {{"version", "a \"quoted\" \\ version\n"}}), 1);
    EXPECT_EQ(shown.groups().at("migrator_spool_bytes").help, "of\\nall \\\\ files");
}

TEST(Metrics, CountRequestsByWhatTheyWere) {
    Registry registry("v", {"localhost"});
    registry.request_done(
        {.method = "GET",
         .path = "/migrator/v1/runs/:id",
         .host = "localhost",
         .status = 404,
         .duration = std::chrono::milliseconds(10),
         .request_bytes = 100,
         .response_bytes = 2000}
    );
    registry.request_done(
        {.method = "GET",
         .path = "/migrator/v1/runs/:id",
         .host = "localhost",
         .status = 200,
         .duration = std::chrono::seconds(11),
         .request_bytes = 50,
         .response_bytes = 0}
    );
    const Exposition shown(registry.text());
    const Labels where{{"method", "GET"}, {"path", "/migrator/v1/runs/:id"}, {"host", "localhost"}};
    for (const char* code : {"404", "200"}) {
        Labels labels = where;
        labels.emplace("code", code);
        labels.emplace("handler", "GET /migrator/v1/runs/:id");
        EXPECT_EQ(shown.value("migrator_gin_requests_total", labels), 1);
    }
    const std::string duration = "migrator_gin_request_duration";
    EXPECT_EQ(shown.groups().at(duration).type, "histogram");
    EXPECT_EQ(shown.value(duration + "_count", where), 2);
    EXPECT_DOUBLE_EQ(shown.value(duration + "_sum", where), 11.01);
    const struct {
        const char* bound;
        double count;
    } buckets[] = {
        {"0.005", 0},
        {"0.01", 1},
        {"0.025", 1},
        {"0.05", 1},
        {"0.1", 1},
        {"0.25", 1},
        {"0.5", 1},
        {"1", 1},
        {"2.5", 1},
        {"5", 1},
        {"10", 1},
        {"+Inf", 2}};
    for (const auto& bucket : buckets) {
        SCOPED_TRACE(bucket.bound);
        Labels labels = where;
        labels.emplace("le", bucket.bound);
        EXPECT_EQ(shown.value(duration + "_bucket", labels), bucket.count);
    }
    EXPECT_EQ(shown.value("migrator_gin_request_size_bytes_sum"), 150);
    EXPECT_EQ(shown.value("migrator_gin_request_size_bytes_count"), 2);
    EXPECT_EQ(shown.value("migrator_gin_response_size_bytes_sum"), 2000);
    EXPECT_EQ(shown.value("migrator_gin_response_size_bytes_count"), 2);
}

TEST(Metrics, KeepOnlyKnownHostsApart) {
    const struct {
        const char* sent;
        const char* label;
    } cases[] = {
        {"migrator.example", "migrator.example"},
        {"MIGRATOR.Example", "migrator.example"},
        {"migrator.example:8080", "migrator.example"},
        {"migrator.example:", "migrator.example"},
        {"Local:80", "Local:80"},
        {"local:80", "Local:80"},
        {"[::1]:8080", "[::1]"},
        {"[::1]", "[::1]"},
        {"", "other"},
        {"local", "other"},
        {"local:81", "other"},
        {"::1", "other"},
        {"migrator.example:http", "other"},
        {"migrator.example.evil", "other"},
        {"migrator.example:80:80", "other"},
        {"x\"} 1", "other"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.sent);
        Registry registry("v", {"migrator.example", "Local:80", "[::1]"});
        registry.request_done(request_from(c.sent));
        const Exposition shown(registry.text());
        const Labels labels{{"method", "GET"}, {"path", "/migrator/v1/tenants"}, {"host", c.label}};
        EXPECT_EQ(shown.value("migrator_gin_request_duration_count", labels), 1);
    }
}

TEST(Metrics, MakeNoSeriesOfHostsThatClientsMakeUp) {
    Registry registry("v", {"localhost"});
    for (int i = 0; i < 1000; ++i) registry.request_done(request_from("h" + std::to_string(i)));
    const Exposition shown(registry.text());
    EXPECT_EQ(shown.groups().at("migrator_gin_requests_total").samples.size(), 1U);
}

TEST(Metrics, AddUpWhatWasCommitted) {
    Registry registry("v", {});
    Summary summary;
    summary.version_id = 7;
    summary.single_migrations = 1;
    summary.single_scripts = 2;
    summary.tenant_migrations = 100;  // files: not what is counted
    summary.tenant_migrations_total = 3;
    summary.tenant_scripts = 100;
    summary.tenant_scripts_total = 4;
    registry.committed(summary, false);
    registry.committed(summary, true);
    Summary nothing_pending;
    registry.committed(nothing_pending, true);
    const Exposition shown(registry.text());
    EXPECT_EQ(shown.value("migrator_gin_versions_created"), 2);
    EXPECT_EQ(shown.value("migrator_gin_tenants_created"), 2);
    const auto applied = [&](const char* type) {
        return shown.value("migrator_gin_migrations_applied", {{"type", type}});
    };
    EXPECT_EQ(applied("single_migrations"), 2);
    EXPECT_EQ(applied("single_scripts"), 4);
    EXPECT_EQ(applied("tenant_migrations_total"), 6);
    EXPECT_EQ(applied("tenant_scripts_total"), 8);
}

TEST(Metrics, CountRunsPhasesSourcesAndWebhooks) {
    Registry registry("v", {});
    registry.run_ended("done");
    registry.run_ended("locked");
    registry.phase_done("applying", Seconds(1800));
    registry.phase_done("waiting", Seconds(4));
    registry.source_loaded(Seconds(0.5), 12);
    registry.source_loaded(Seconds(0.5), 11);
    registry.webhook_done(true);
    registry.webhook_done(false);
    registry.webhook_done(false);
    const Exposition shown(registry.text());
    EXPECT_EQ(shown.value("migrator_runs_total", {{"result", "done"}}), 1);
    EXPECT_EQ(shown.value("migrator_runs_total", {{"result", "locked"}}), 1);
    const auto longest = [&](const char* phase, const char* bound) {
        return shown.value("migrator_run_phase_seconds_bucket", {{"phase", phase}, {"le", bound}});
    };
    EXPECT_EQ(longest("applying", "600"), 0);
    EXPECT_EQ(longest("applying", "1800"), 1);
    EXPECT_EQ(longest("waiting", "5"), 1);
    EXPECT_EQ(longest("loading", "+Inf"), 0);
    EXPECT_EQ(shown.value("migrator_lock_wait_seconds_sum"), 4);
    EXPECT_EQ(shown.value("migrator_source_load_seconds_sum"), 1);
    EXPECT_EQ(shown.value("migrator_source_load_seconds_count"), 2);
    EXPECT_EQ(shown.value("migrator_source_files"), 11);
    EXPECT_EQ(shown.value("migrator_webhooks_total", {{"result", "delivered"}}), 1);
    EXPECT_EQ(shown.value("migrator_webhooks_total", {{"result", "failed"}}), 2);
}

TEST(Metrics, AskPoolsAndGaugesEachTimeTheyAreShown) {
    Registry registry("v", {});
    std::size_t in_use = 3;
    registry.watch_pool("read", [&] { return PoolUse{.in_use = in_use, .idle = 1, .limit = 8}; });
    registry.watch_pool("health", [] { return PoolUse{.in_use = 0, .idle = 1, .limit = 1}; });
    double bytes = 0;
    registry.watch_gauge("migrator_spool_bytes", "In files", [&] { return bytes; });
    const auto shows = [&](double reading, double spooled) {
        const Exposition shown(registry.text());
        const Labels labels{{"pool", "read"}, {"state", "in_use"}};
        EXPECT_EQ(shown.value("migrator_db_connections", labels), reading);
        EXPECT_EQ(shown.value("migrator_spool_bytes"), spooled);
        EXPECT_EQ(
            shown.value("migrator_db_connections", {{"pool", "health"}, {"state", "idle"}}), 1
        );
        EXPECT_EQ(shown.value("migrator_db_connections_limit", {{"pool", "read"}}), 8);
    };
    shows(3, 0);
    in_use = 4;
    bytes = std::ldexp(1, 40) + 1;
    shows(4, bytes);
}

TEST(Metrics, LeaveOutWhatCantBeAsked) {
    Registry registry("v", {});
    registry.watch_pool("read", []() -> PoolUse { throw std::runtime_error("gone"); });
    registry.watch_gauge("migrator_broken", "x", []() -> double { throw std::runtime_error("y"); });
    registry.watch_gauge("migrator_whole", "x", [] { return 1.0; });
    const Exposition shown(registry.text());
    EXPECT_FALSE(shown.groups().contains("migrator_db_connections"));
    EXPECT_FALSE(shown.groups().contains("migrator_broken"));
    EXPECT_EQ(shown.value("migrator_whole"), 1);
}

TEST(Metrics, MayBeChangedByWhatIsAsked) {
    Registry registry("v", {});
    bool asked = false;
    registry.watch_gauge("migrator_asked", "x", [&] {
        if (!std::exchange(asked, true)) {
            registry.watch_gauge("migrator_more", "x", [] { return 2.0; });
        }
        registry.webhook_done(true);
        return 1.0;
    });
    registry.text();
    EXPECT_EQ(Exposition(registry.text()).value("migrator_more"), 2);
}

TEST(Metrics, RefuseANameThatIsTakenOrNone) {
    Registry registry("v", {});
    registry.watch_gauge("migrator_mine", "x", [] { return 1.0; });
    for (const char* name :
         {"migrator_mine",
          "migrator_gin_info",
          "migrator_gin_requests_total",
          "migrator_gin_request_size_bytes",
          "migrator_db_connections",
          "process_open_fds",
          "no name",
          "",
          "1st"}) {
        SCOPED_TRACE(name);
        EXPECT_THROW(registry.watch_gauge(name, "x", [] { return 1.0; }), Error);
    }
    registry.watch_pool("read", [] { return PoolUse{}; });
    EXPECT_THROW(registry.watch_pool("read", [] { return PoolUse{}; }), Error);
    EXPECT_NO_THROW(Exposition(registry.text()));
}

TEST(Metrics, TellOfThisProcess) {
    const Registry registry("v", {});
    const Exposition shown(registry.text());
    const double now =
        std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
    const double start = shown.value("process_start_time_seconds");
    EXPECT_GT(start, now - 86'400);
    EXPECT_LE(start, now + 2);  // of a clock of its own
    EXPECT_EQ(shown.groups().at("process_cpu_seconds_total").type, "counter");
    EXPECT_EQ(shown.groups().at("process_open_fds").type, "gauge");
    EXPECT_GT(shown.value("process_resident_memory_bytes"), 100'000);
    EXPECT_GE(
        shown.value("process_virtual_memory_bytes"), shown.value("process_resident_memory_bytes")
    );
    rlimit limit{};
    ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
    EXPECT_EQ(shown.value("process_max_fds"), static_cast<double>(limit.rlim_cur));
}

TEST(Metrics, CountTheFilesThatAreOpen) {
    const Registry registry("v", {});
    const double before = Exposition(registry.text()).value("process_open_fds");
    const int file = ::dup(0);
    ASSERT_GE(file, 0);
    EXPECT_EQ(Exposition(registry.text()).value("process_open_fds"), before + 1);
    ::close(file);
}

TEST(Metrics, MayBeShownWhileOthersCount) {
    Registry registry("v", {"localhost"});
    constexpr int kThreads = 4;
    constexpr int kEach = 500;
    {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < kThreads; ++thread) {
            threads.emplace_back([&registry, thread] {
                for (int i = 0; i < kEach; ++i) {
                    registry.request_done(request_from("localhost"));
                    registry.run_ended(i % 2 == 0 ? "done" : "failed");
                    registry.phase_done("applying", Seconds(i));
                    registry.source_loaded(Seconds(1), 1);
                    registry.webhook_done(true);
                    registry.committed({}, true);
                }
                const std::string name = std::to_string(thread);
                registry.watch_pool(name, [] { return PoolUse{}; });
                registry.watch_gauge("migrator_thread_" + name, "x", [] { return 1.0; });
            });
        }
        for (int i = 0; i < 20; ++i) EXPECT_NO_THROW(Exposition(registry.text()));
    }
    const Exposition shown(registry.text());
    const double all = kThreads * kEach;
    EXPECT_EQ(shown.value("migrator_gin_request_size_bytes_count"), all);
    EXPECT_EQ(shown.value("migrator_run_phase_seconds_count", {{"phase", "applying"}}), all);
    EXPECT_EQ(shown.value("migrator_gin_tenants_created"), all);
    EXPECT_EQ(shown.value("migrator_thread_0"), 1);
}

TEST(Metrics, CountersAreAskedEachTimeTheyAreShown) {
    Registry registry("v", {});
    double lines = 0;
    registry.watch_counter("migrator_lines_total", "Lines", [&] { return lines; });
    EXPECT_NE(registry.text().find("# TYPE migrator_lines_total counter\n"), std::string::npos);
    lines = 7;
    EXPECT_NE(registry.text().find("\nmigrator_lines_total 7\n"), std::string::npos);
    EXPECT_THROW(registry.watch_gauge("migrator_lines_total", "", [] { return 0.0; }), Error);
}
