#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <thread>

#include "aws/credential_support.hpp"
#include "cloud/aws/credential_holder.hpp"

namespace migrator::cloud::aws::test {
namespace {

using std::chrono::minutes;

/// Gives key 1, 2, 3 …; fails, or waits for `open`, when told to.
class CountingProvider : public Provider {
public:
    explicit CountingProvider(FakeWorld& world) : world_(&world) {}

    Fetched fetch() override {
        std::unique_lock lock(mutex_);
        ++calls;
        started_.notify_all();
        gate_.wait(lock, [this] { return is_open_; });
        if (fails) throw Error(ErrorKind::Unavailable, "the provider is away");
        const std::string name = std::to_string(repeats ? 1 : calls.load());
        Fetched fetched;
        fetched.credentials = {
            "key-of-many-letters-" + name, "secret-" + name, "token-" + name, {}};
        if (life) fetched.credentials.expires = world_->now() + *life;
        fetched.provider = "counting";
        fetched.server_date = "Fri, 02 Jan 2026 03:04:05 GMT";
        return fetched;
    }
    void open(bool is_open) {
        const std::lock_guard lock(mutex_);
        is_open_ = is_open;
        gate_.notify_all();
    }
    void wait_for_call(int number) {
        std::unique_lock lock(mutex_);
        started_.wait(lock, [&] { return calls >= number; });
    }

    std::atomic<int> calls = 0;
    std::atomic<bool> fails = false;
    std::atomic<bool> repeats = false;
    std::optional<std::chrono::seconds> life = std::chrono::hours(1);

private:
    FakeWorld* world_;
    std::mutex mutex_;
    std::condition_variable gate_;
    std::condition_variable started_;
    bool is_open_ = true;
};

class CredentialHolderTest : public ::testing::Test {
protected:
    FakeWorld world;
    std::unique_ptr<CountingProvider> owned = std::make_unique<CountingProvider>(world);
    CountingProvider& provider = *owned;

    std::unique_ptr<CredentialHolder> make() {
        return std::make_unique<CredentialHolder>(world.surroundings(), std::move(owned));
    }
};

TEST_F(CredentialHolderTest, AsksOnceWhileThereIsTime) {
    const auto held = make();
    EXPECT_EQ(held->get().secret_access_key, "secret-1");
    world.pass(minutes(44));
    EXPECT_EQ(held->get().secret_access_key, "secret-1");
    EXPECT_EQ(provider.calls, 1);
}

TEST_F(CredentialHolderTest, RefreshesInTheLastQuarterOfAnHour) {
    const auto held = make();
    held->get();
    world.pass(minutes(46));
    EXPECT_EQ(held->get().secret_access_key, "secret-2");
}

TEST_F(CredentialHolderTest, ShortLivesHaveShortWindows) {
    provider.life = minutes(10);
    const auto held = make();
    held->get();
    world.pass(minutes(7));
    EXPECT_EQ(held->get().secret_access_key, "secret-1");
    world.pass(minutes(1));
    EXPECT_EQ(held->get().secret_access_key, "secret-2");
}

TEST_F(CredentialHolderTest, FailureIsAWarningFirstAndAnErrorLater) {
    const auto held = make();
    held->get();
    provider.fails = true;
    world.pass(minutes(46));
    const LogLines lines;
    EXPECT_EQ(held->get().secret_access_key, "secret-1");
    EXPECT_EQ(held->get().secret_access_key, "secret-1");
    EXPECT_EQ(provider.calls, 2) << "not again within a minute";
    EXPECT_TRUE(contains(lines.text(), "the provider is away"));
    world.pass(minutes(2));
    held->get();
    EXPECT_EQ(provider.calls, 3);
    world.pass(minutes(8));
    EXPECT_EQ(error_of([&] { held->get(); }), "the provider is away");
    provider.fails = false;
    EXPECT_EQ(held->get().secret_access_key, "secret-5");
}

TEST_F(CredentialHolderTest, RefusedOnesAreReplaced) {
    provider.life.reset();
    const auto held = make();
    const Credentials first = held->get();
    held->refuse(first);
    const Credentials second = held->get();
    EXPECT_EQ(second.secret_access_key, "secret-2");
    held->refuse(first);  // another thread was late
    EXPECT_EQ(held->get().secret_access_key, "secret-2");
    EXPECT_EQ(provider.calls, 2);
}

TEST_F(CredentialHolderTest, RefusedOnesThatComeAgainAreAnErrorOnce) {
    provider.repeats = true;
    const auto held = make();
    held->refuse(held->get());
    EXPECT_TRUE(contains(error_of([&] { held->get(); }), "rejected them as expired"));
    EXPECT_EQ(held->get().secret_access_key, "secret-1");
}

TEST_F(CredentialHolderTest, EndedOnesAreAnErrorThatTellsBothClocks) {
    provider.life = minutes(-1);
    const auto held = make();
    const std::string text = error_of([&] { held->get(); });
    EXPECT_TRUE(contains(text, "expired at 2026-01-02T03:03:05Z")) << text;
    EXPECT_TRUE(contains(text, "2026-01-02T03:04:05Z on this machine")) << text;
    EXPECT_TRUE(contains(text, "Fri, 02 Jan 2026 03:04:05 GMT on the server")) << text;
}

TEST_F(CredentialHolderTest, OthersUseWhatIsThereWhileOneRefreshes) {
    const auto held = make();
    held->get();
    world.pass(minutes(46));
    provider.open(false);
    std::thread refresher([&] { EXPECT_EQ(held->get().secret_access_key, "secret-2"); });
    provider.wait_for_call(2);
    EXPECT_EQ(held->get().secret_access_key, "secret-1");
    provider.open(true);
    refresher.join();
    EXPECT_EQ(held->get().secret_access_key, "secret-2");
}

TEST_F(CredentialHolderTest, AllWaitForTheFirstAndShareItsFailure) {
    const auto held = make();
    provider.open(false);
    provider.fails = true;
    std::atomic<int> failures = 0;
    std::vector<std::thread> threads;
    const auto get = [&] {
        if (error_of([&] { held->get(); }) == "the provider is away") ++failures;
    };
    threads.emplace_back(get);
    provider.wait_for_call(1);
    for (int i = 0; i < 3; ++i) threads.emplace_back(get);
    provider.open(true);
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(failures, 4);
}

TEST_F(CredentialHolderTest, ManyThreadsNeverSeeMixedOnes) {
    provider.life = minutes(3);
    const auto held = make();
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&, thread] {
            for (int i = 0; i < 200; ++i) {
                const Credentials credentials = held->get();
                const std::string number = credentials.secret_access_key.substr(7);
                EXPECT_EQ(credentials.session_token, "token-" + number);
                EXPECT_EQ(credentials.access_key_id, "key-of-many-letters-" + number);
                world.pass(std::chrono::seconds(1));
                if (thread == 0 && i % 50 == 0) held->refuse(credentials);
                static_cast<void>(held->describe());
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_GT(provider.calls, 1);
}

TEST_F(CredentialHolderTest, LogsWhichKeyItIs) {
    const auto held = make();
    const LogLines lines;
    held->get();
    EXPECT_TRUE(contains(
        lines.text(), "AWS credentials: counting, key key-…rs-1, expires 2026-01-02T04:04:05Z"
    )) << lines.text();
    EXPECT_EQ(held->describe(), "counting, key key-…rs-1");
}

}  // namespace
}  // namespace migrator::cloud::aws::test
