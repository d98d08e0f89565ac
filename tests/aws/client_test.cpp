#include "cloud/aws/client.hpp"

#include <gtest/gtest.h>

#include "cloud/aws/clock_offset.hpp"
#include "cloud/aws/retry.hpp"
#include "core/log.hpp"
#include "fake_world.hpp"

namespace migrator::cloud::aws::test {
namespace {

using http_client::Response;
using http_client::TransportError;
using http_client::TransportFailure;
using std::chrono::milliseconds;
using Verdict = Client::Verdict;
using Pauses = std::vector<milliseconds>;

/// Gives KEY1, and after each refusal the next one.
class CountingSource : public CredentialSource {
public:
    Credentials get() override {
        ++gets;
        return {"KEY" + std::to_string(generation), "secret", "", {}};
    }
    void refuse(const Credentials& credentials) override {
        if (credentials.access_key_id == "KEY" + std::to_string(generation)) ++generation;
    }
    std::string describe() override { return "a test"; }

    int generation = 1;
    int gets = 0;
};

/// By status: 200 is done, 503 transient, 429 throttled, 401 expired, 403 skewed, the rest failed.
Client::Judged by_status(const Response& response) {
    switch (response.status) {
        case 200:
            return {Verdict::Done, ""};
        case 503:
            return {Verdict::Transient, "SlowDown"};
        case 429:
            return {Verdict::Throttled, "Throttling"};
        case 401:
            return {Verdict::Expired, "ExpiredToken"};
        case 403:
            return {Verdict::Skewed, "RequestTimeTooSkewed"};
        default:
            return {Verdict::Failed, "AccessDenied"};
    }
}

class AwsClient : public testing::Test {
protected:
    AwsClient() {
        set_clock_offset(std::chrono::seconds(0));
        log::redirect([this](std::string_view line) { (log_ += line) += '\n'; });
    }
    ~AwsClient() override {
        set_clock_offset(std::chrono::seconds(0));
        log::redirect(nullptr);
    }

    Response send(const Client::Options& options = {}) {
        Client client(world_.surroundings(), source_);
        return client.send(
            "list s3://b",
            {.endpoint = endpoint_, .query = {{"x", "1"}}},
            {.service = "s3", .region = "eu-west-1"},
            by_status,
            options
        );
    }
    std::string sent(std::size_t index, const std::string& header) {
        return header_of(world_.requests().at(index).headers, header);
    }
    bool has_logged(const std::string& part) const { return log_.find(part) != std::string::npos; }

    FakeWorld world_;
    std::shared_ptr<CountingSource> source_ = std::make_shared<CountingSource>();
    std::string endpoint_ = "https://b.example.com";
    std::string log_;
};

TEST_F(AwsClient, SignsAndReturnsTheAnswer) {
    world_.reply(200, "body");
    const Response response = send({.limits = {.response_bytes = 77}});
    EXPECT_EQ(response.body, "body");
    EXPECT_EQ(world_.requests()[0].url, "https://b.example.com/?x=1");
    EXPECT_NE(
        sent(0, "Authorization").find("KEY1/20260102/eu-west-1/s3/aws4_request"), std::string::npos
    );
    EXPECT_EQ(world_.limits()[0].response_bytes, 77U);
    EXPECT_EQ(log_, "");
}

TEST_F(AwsClient, SignsNothingWithoutASource) {
    source_ = nullptr;
    for (const int status : {200, 401, 403}) {
        world_.reply(status, "", {{"date", "Fri, 02 Jan 2026 09:00:00 GMT"}});
        EXPECT_EQ(send().status, status);
        EXPECT_EQ(sent(world_.requests().size() - 1, "Authorization"), "");
    }
}

TEST_F(AwsClient, TriesAgainWithGrowingPausesAndSignsEachTryAnew) {
    for (int i = 0; i < 4; ++i) world_.reply(503);
    world_.reply(200, "at last");
    EXPECT_EQ(send().body, "at last");
    EXPECT_EQ(
        world_.sleeps(),
        (Pauses{milliseconds(100), milliseconds(200), milliseconds(400), milliseconds(800)})
    );
    EXPECT_EQ(source_->gets, 5);
    EXPECT_EQ(sent(0, "X-Amz-Date"), "20260102T030405Z");
    EXPECT_EQ(sent(4, "X-Amz-Date"), "20260102T030406Z");
    EXPECT_NE(sent(0, "Authorization"), sent(4, "Authorization"));
    EXPECT_TRUE(
        has_logged("list s3://b: attempt 4 failed (HTTP 503 SlowDown), next attempt in 800 ms")
    ) << log_;
}

TEST_F(AwsClient, WaitsLongerWhenThrottled) {
    world_.random = 0.5;
    world_.reply(429);
    world_.reply(429);
    world_.reply(200);
    EXPECT_EQ(send().status, 200);
    EXPECT_EQ(world_.sleeps(), (Pauses{milliseconds(500), milliseconds(1'000)}));
}

TEST_F(AwsClient, ReturnsTheLastAnswerWhenTheTriesAreUsedUp) {
    const struct {
        const char* variable;
        std::optional<int> asked;
        std::size_t tries;
    } cases[] = {{"", {}, 5}, {"2", {}, 2}, {"1", {}, 1}, {"7", 2, 2}, {"", 1, 1}};
    for (const auto& c : cases) {
        FakeWorld world;
        world.environment["AWS_MAX_ATTEMPTS"] = c.variable;
        world.serve([](const auto&) { return Response{503, {}, "no"}; });
        Client client(world.surroundings(), source_);
        const auto response = client.send(
            "x", {.endpoint = endpoint_}, {"s3", "eu-west-1"}, by_status, {.attempts = c.asked}
        );
        EXPECT_EQ(response.status, 503);
        EXPECT_EQ(world.requests().size(), c.tries) << c.variable;
        EXPECT_EQ(world.sleeps().size(), c.tries - 1) << c.variable;
    }
}

TEST_F(AwsClient, RefusesANumberOfTriesThatIsNone) {
    for (const char* wrong : {"0", "-1", "many", "3x"}) {
        world_.environment["AWS_MAX_ATTEMPTS"] = wrong;
        try {
            send();
            ADD_FAILURE() << "no error for " << wrong;
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::Configuration);
            EXPECT_NE(std::string(error.what()).find("AWS_MAX_ATTEMPTS"), std::string::npos);
        }
    }
}

TEST_F(AwsClient, DoesNotRepeatWhatFailed) {
    world_.reply(404, "no");
    EXPECT_EQ(send().status, 404);
    EXPECT_EQ(world_.requests().size(), 1U);
}

TEST_F(AwsClient, TriesAgainAfterTransportErrorsThatMayPass) {
    const struct {
        TransportFailure failure;
        std::size_t tries;
    } cases[] = {
        {TransportFailure::Resolve, 2},
        {TransportFailure::Connect, 5},
        {TransportFailure::Timeout, 5},
        {TransportFailure::Interrupted, 5},
        {TransportFailure::Certificate, 1},
        {TransportFailure::TooLarge, 1},
        {TransportFailure::Other, 1}};
    for (const auto& c : cases) {
        const std::size_t before = world_.requests().size();
        world_.serve([&](const auto&) -> Response { throw TransportError(c.failure, "gone"); });
        try {
            send();
            ADD_FAILURE() << "no error";
        } catch (const TransportError& error) {
            EXPECT_EQ(error.failure(), c.failure);
        }
        EXPECT_EQ(world_.requests().size() - before, c.tries) << static_cast<int>(c.failure);
    }
    world_.reply(TransportFailure::Interrupted);
    world_.reply(200);
    EXPECT_EQ(send().status, 200);
}

TEST_F(AwsClient, GetsOtherCredentialsOnceForThoseThatHaveExpired) {
    world_.reply(401);
    world_.reply(200);
    EXPECT_EQ(send({.attempts = 1}).status, 200);
    EXPECT_NE(sent(1, "Authorization").find("KEY2/"), std::string::npos);
    EXPECT_TRUE(world_.sleeps().empty());

    world_.reply(401);
    world_.reply(401, "still");
    EXPECT_EQ(send().body, "still");
    EXPECT_EQ(source_->generation, 3);
}

TEST_F(AwsClient, TakesOverTheServersTimeOnceForTheWholeProcess) {
    const std::vector<std::pair<std::string, std::string>> date{
        {"date", "Fri, 02 Jan 2026 02:54:00 GMT"}};  // 10 minutes and 5 seconds before ours
    world_.reply(403, "", date);
    world_.reply(200);
    EXPECT_EQ(send({.attempts = 1}).status, 200);
    EXPECT_EQ(sent(1, "X-Amz-Date"), "20260102T025400Z");
    EXPECT_EQ(clock_offset(), -std::chrono::seconds(605));
    EXPECT_TRUE(has_logged("ahead of the clock of AWS")) << log_;

    world_.reply(403, "no", date);
    EXPECT_EQ(send().body, "no");  // the clock is right now, so it is something else
    EXPECT_EQ(sent(2, "X-Amz-Date"), "20260102T025400Z");
    EXPECT_EQ(world_.requests().size(), 3U);
}

TEST_F(AwsClient, LeavesAClockAloneThatIsNearlyRight) {
    for (const char* date : {"Fri, 02 Jan 2026 03:08:04 GMT", "", "yesterday"}) {
        world_.reply(403, "no", {{"date", date}});
        EXPECT_EQ(send().body, "no");
    }
    EXPECT_EQ(world_.requests().size(), 3U);
    EXPECT_EQ(clock_offset().count(), 0);
    // And a correction that doesn't help is not tried twice.
    world_.serve([](const auto&) {
        return Response{403, {{"date", "Fri, 02 Jan 2026 09:00:00 GMT"}}, "still"};
    });
    world_.pass(std::chrono::hours(-5));
    EXPECT_EQ(send().body, "still");
    EXPECT_EQ(world_.requests().size(), 5U);
}

TEST_F(AwsClient, TrustsTheCertificatesOfTheEnvironment) {
    world_.environment["SSL_CERT_FILE"] = "/etc/all.pem";
    world_.serve([](const auto&) { return Response{200, {}, ""}; });
    send();
    world_.environment["AWS_CA_BUNDLE"] = "/etc/aws.pem";
    send();
    EXPECT_EQ(world_.requests()[0].ca_file, "/etc/all.pem");
    EXPECT_EQ(world_.requests()[1].ca_file, "/etc/aws.pem");
}

TEST_F(AwsClient, WarnsOfSignedCallsThatAreNotEncrypted) {
    world_.serve([](const auto&) { return Response{200, {}, ""}; });
    for (const char* quiet : {"https://example.com", "http://127.0.0.1:9000", "http://localhost"}) {
        endpoint_ = quiet;
        send();
        EXPECT_EQ(log_, "") << quiet;
    }
    endpoint_ = "http://minio.example.com";
    send();
    EXPECT_TRUE(has_logged("http://minio.example.com")) << log_;
}

TEST(Retry, WaitsAsLongAsTheAnswerAsks) {
    const TimePoint now = time_of("20260102T030405Z");
    const struct {
        const char* name;
        const char* value;
        int milliseconds;
    } cases[] = {
        {"retry-after", "2", 2'000},
        {"retry-after", "0", 0},
        {"retry-after", "31", 30'000},
        {"retry-after", "9223372036854775807", 30'000},
        {"retry-after", "99999999999999999999999", 0},
        {"retry-after", "-1", 0},
        {"retry-after", "soon", 0},
        {"retry-after", "Fri, 02 Jan 2026 03:04:15 GMT", 10'000},
        {"retry-after", "Fri, 02 Jan 2026 03:04:00 GMT", 0},
        {"retry-after", "Fri, 02 Jan 2027 03:04:00 GMT", 30'000},
        {"x-amz-retry-after", "1500", 1'500},
        {"x-ms-retry-after-ms", "1500", 1'500},
        {"retry-after-ms", "40000", 30'000},
        {"x-other", "5", 0}};
    for (const auto& c : cases) {
        const Response response{503, {{c.name, c.value}}, ""};
        EXPECT_EQ(asked_pause(response, now).count(), c.milliseconds) << c.name << ": " << c.value;
    }
    const Response with_date{
        503,
        {{"date", "Fri, 02 Jan 2026 04:00:00 GMT"},
         {"retry-after", "Fri, 02 Jan 2026 04:00:03 GMT"}},
        ""};
    EXPECT_EQ(asked_pause(with_date, now).count(), 3'000);
}

TEST_F(AwsClient, WaitsAtLeastAsLongAsAsked) {
    world_.reply(503, "", {{"retry-after", "3"}});
    world_.reply(429, "", {{"retry-after-ms", "10"}});
    world_.reply(200);
    send();
    EXPECT_EQ(world_.sleeps(), (Pauses{milliseconds(3'000), milliseconds(2'000)}));
}

TEST(Retry, PausesGrowToALimit) {
    EXPECT_EQ(growing_pause(1, false, 1).count(), 100);
    EXPECT_EQ(growing_pause(8, false, 1).count(), 12'800);
    EXPECT_EQ(growing_pause(9, false, 1).count(), 20'000);
    EXPECT_EQ(growing_pause(1'000'000, true, 1).count(), 20'000);
    EXPECT_EQ(growing_pause(3, true, 0.25).count(), 1'000);
    EXPECT_EQ(growing_pause(3, true, 0).count(), 0);
}

TEST(Retry, ReadsHttpDatesOnly) {
    EXPECT_EQ(parse_http_date("Fri, 02 Jan 2026 03:04:05 GMT"), time_of("20260102T030405Z"));
    EXPECT_EQ(parse_http_date("Thu, 29 Feb 2024 23:59:59 GMT"), time_of("20240229T235959Z"));
    for (const char* wrong :
         {"",
          "2026-01-02T03:04:05Z",
          "Fri, 02 Jan 2026 03:04:05 CET",
          "Fri, 02 Jan 2026 03:04:05 GMT!",
          "Fri, 31 Feb 2026 03:04:05 GMT",
          "Fri, 02 Foo 2026 03:04:05 GMT",
          "Fri, 02 Jan 2026 24:04:05 GMT"}) {
        EXPECT_FALSE(parse_http_date(wrong)) << wrong;
    }
}

}  // namespace
}  // namespace migrator::cloud::aws::test
