// Answers that are larger than memory may be, and requests that are larger than allowed.
#include <sys/mount.h>

#include <filesystem>

#include "e2e/long_run_test.hpp"

namespace migrator::e2e {
namespace {

namespace json = boost::json;

constexpr const char* kContents = R"({"query":"{ sourceMigrations { contents } }"})";

class LargeAnswers : public testing::Test {
protected:
    static constexpr int kFiles = 12;
    static constexpr std::size_t kBytes = 1'000'000;

    void SetUp() override {
        for (int i = 10; i < 10 + kFiles; ++i) {
            site_.write(
                "catalog/0" + std::to_string(i) + ".sql", "-- " + std::string(kBytes, 'x') + "\n"
            );
        }
        std::filesystem::create_directory(spool());
    }
    std::string spool() const { return site_.folder() + "/spool"; }
    Service served() const { return serve(site_, "service", {"spoolDir=" + spool()}); }

    /// Both APIs say in their own shape that there is no room, and where.
    void expect_clear_errors(const Service& service) {
        const Answer v1 = service.get("/v1/migrations/source");
        EXPECT_TRUE(v1.status == 500 || v1.status == 503) << v1.status;
        const std::string error(json::parse(v1.body).at("error").as_string());
        EXPECT_NE(error.find(spool()), std::string::npos) << error;
        const Answer v2 = service.post("/v2/service", kContents);
        EXPECT_EQ(v2.status, v1.status);
        const json::object body = json::parse(v2.body).as_object();
        const std::string message(body.at("errors").at(0).at("message").as_string());
        EXPECT_NE(message.find(spool()), std::string::npos) << message;
        EXPECT_EQ(
            body.at("errors").at(0).at("extensions").at("code"),
            v1.status == 503 ? "BUSY" : "UNAVAILABLE"
        );
        // It goes on.
        EXPECT_EQ(service.get("/").status, 200);
        EXPECT_EQ(service.get("/v1/tenants").body, "[]");
    }
    static void expect_whole_answers(const Service& service) {
        EXPECT_GT(service.get("/v1/migrations/source").body.size(), kFiles * kBytes);
        const Answer v2 = service.post("/v2/service", kContents);
        EXPECT_EQ(v2.status, 200);
        EXPECT_EQ(
            json::parse(v2.body).at("data").at("sourceMigrations").as_array().size(),
            static_cast<std::size_t>(kFiles)
        );
    }

    test::Site site_{test::Driver::Sqlite, ""};
};

TEST_F(LargeAnswers, NeedAFolderThatTheyCanWriteTo) {
    const Service service = served();
    expect_whole_answers(service);
    EXPECT_TRUE(std::filesystem::is_empty(spool())) << "the files have no names";
    std::filesystem::remove(spool());
    expect_clear_errors(service);
    std::filesystem::create_directory(spool());
    expect_whole_answers(service);
}

TEST_F(LargeAnswers, NeedRoomInTheirFolder) {
    if (mount("tmpfs", spool().c_str(), "tmpfs", 0, "size=1m") != 0) {
        GTEST_SKIP() << "only root may mount a file system";
    }
    const auto unmount = [&](void*) { umount2(spool().c_str(), MNT_DETACH); };
    const std::unique_ptr<LargeAnswers, decltype(unmount)> mounted(this, unmount);
    const Service service = served();
    expect_clear_errors(service);
    ASSERT_EQ(mount("tmpfs", spool().c_str(), "tmpfs", MS_REMOUNT, "size=64m"), 0);
    expect_whole_answers(service);
}

TEST(LargeRequests, AreRefusedInTheShapeOfTheirApi) {
    const test::Site site(test::Driver::Sqlite, "");
    const Service service = serve(site, "service", {"maxBodyBytes=1000"});
    const std::string large(1001, ' ');
    const Answer v1 = service.post("/v1/migrations", large);
    EXPECT_EQ(v1.status, 413);
    EXPECT_EQ(json::parse(v1.body).as_object().size(), 1U);
    EXPECT_NE(v1.body.find("1000"), std::string::npos) << v1.body;
    const Answer v2 = service.post("/v2/service", large);
    EXPECT_EQ(v2.status, 413);
    const json::value error = json::parse(v2.body).at("errors").at(0);
    EXPECT_EQ(error.at("message"), json::parse(v1.body).at("error"));
    EXPECT_EQ(error.at("extensions").at("code"), "BAD_USER_INPUT");
    EXPECT_EQ(
        service.post("/v2/service", R"({"query":"{ tenants { name } }"})").body,
        R"({"data":{"tenants":[]}})"
    );
}

}  // namespace
}  // namespace migrator::e2e
