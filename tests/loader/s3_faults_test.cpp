#include "loader/s3_faults.hpp"

#include <gtest/gtest.h>

#include <set>

#include "loader/s3_loader_fixture.hpp"

namespace migrator::loader::test {
namespace {

class S3Faults : public S3LoaderTest {
protected:
    S3Faults() {
        options.storage_concurrency = 1;  // the same requests in the same order each time
        bucket.page_size = 3;
        for (int i = 0; i < 7; ++i) {
            const std::string number = std::to_string(100 + i);
            bucket.put("ref/" + number + ".sql", "select " + number);
        }
    }

    /// The files, or what was said instead.
    std::vector<Migration> load_or_be_told() {
        try {
            return load();
        } catch (const Error& error) {
            const std::string text = error.what();
            EXPECT_NE(text.find("s3://bkt/ref/"), std::string::npos) << text;
            EXPECT_EQ(text.find("select"), std::string::npos) << text;
            EXPECT_EQ(text.find("wJalr"), std::string::npos) << text;
            return {};
        }
    }
};

TEST_F(S3Faults, GiveAllFilesOrAnErrorWhicheverAnswerTheyStrike) {
    const std::vector<Migration> all = load();
    ASSERT_EQ(all.size(), 7U);
    const std::size_t requests = world.requests().size();
    ASSERT_EQ(requests, 3U + 7U);
    std::size_t loads = 0;
    for (const S3Fault& fault : s3_faults()) {
        for (const bool lasts : {false, true}) {
            for (std::size_t struck = 0; struck < requests; ++struck) {
                SCOPED_TRACE(fault.name + ", request " + std::to_string(struck));
                std::size_t count = 0;
                std::string url;
                intercept([&](const Request& request) -> std::optional<Response> {
                    const bool is_first = count++ == struck;
                    if (is_first) url = request.url;
                    if (!is_first && !(lasts && request.url == url)) return std::nullopt;
                    Response answer = bucket.answer(request);
                    fault.strike(answer);
                    return answer;
                });
                const auto sources = load_or_be_told();
                if (!sources.empty()) {
                    ASSERT_EQ(sources, all);
                    ++loads;
                }
            }
        }
    }
    EXPECT_GT(loads, 0U);
}

TEST_F(S3Faults, EachHasItsOwnSentence) {
    const struct {
        const char* name;
        bool is_list;
        Response answer;
        ErrorKind kind;
        std::vector<std::string> parts;
    } cases[] = {
        {"no right to list",
         true,
         refusal(403, "AccessDenied"),
         ErrorKind::Configuration,
         {"Could not list s3://bkt/ref/: AccessDenied", "allow s3:ListBucket"}},
        {"no right to read",
         false,
         refusal(403, "AccessDenied"),
         ErrorKind::Configuration,
         {"Could not read s3://bkt/ref/100.sql: AccessDenied", "allow s3:GetObject"}},
        {"gone",
         false,
         refusal(404, "NoSuchKey"),
         ErrorKind::Unavailable,
         {"Could not read s3://bkt/ref/100.sql: the object is in the list",
          "try again when nobody deletes or uploads objects"}},
        {"archived",
         false,
         refusal(403, "InvalidObjectState"),
         ErrorKind::MigrationFailed,
         {"Could not read s3://bkt/ref/100.sql: InvalidObjectState", "archived", "restore it"}},
        {"throttled",
         true,
         refusal(503, "SlowDown"),
         ErrorKind::Unavailable,
         {"SlowDown", "set a lower storageConcurrency"}},
        {"clock",
         true,
         refusal(403, "RequestTimeTooSkewed"),
         ErrorKind::Configuration,
         {"Could not list s3://bkt/ref/", "the clock of this machine is wrong"}},
        {"expired",
         true,
         refusal(400, "ExpiredToken"),
         ErrorKind::Unavailable,
         {"Could not list s3://bkt/ref/", "expired"}},
        {"not XML",
         true,
         {200, {}, "<ListBucketResult><IsTruncated>fal"},
         ErrorKind::Unavailable,
         {"Could not list s3://bkt/ref/: the server did not return a list of objects"}},
        {"not said whether more follow",
         true,
         {200, {}, "<ListBucketResult><KeyCount>0</KeyCount></ListBucketResult>"},
         ErrorKind::Unavailable,
         {"Could not list s3://bkt/ref/", "whether more objects follow"}},
        {"fewer than counted",
         true,
         {200,
          {},
          "<ListBucketResult><KeyCount>2</KeyCount><IsTruncated>false</IsTruncated>"
          "</ListBucketResult>"},
         ErrorKind::Unavailable,
         {"should hold 2 objects and holds 0"}},
        {"of another folder",
         true,
         {200,
          {},
          "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>other/1</Key>"
          "<Size>1</Size></Contents></ListBucketResult>"},
         ErrorKind::Unavailable,
         {"the server listed other/1, which is not below the prefix"}},
        {"a part",
         false,
         {206, {}, "sel"},
         ErrorKind::Unavailable,
         {"Could not read s3://bkt/ref/100.sql: HTTP206", "only status 200"}}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        intercept([&](const Request& request) -> std::optional<Response> {
            if (is_list(request) != c.is_list) return std::nullopt;
            return c.answer;
        });
        const std::string message = error_of_load(c.kind);
        for (const std::string& part : c.parts) expect_contains(message, part);
    }
}

TEST_F(S3Faults, ARegionThatTheServerNamesIsTold) {
    options.s3_endpoint = "http://127.0.0.1:9";
    intercept([](const Request&) {
        return Response{301, {{"x-amz-bucket-region", "us-west-2"}}, ""};
    });
    expect_contains(
        error_of_load(ErrorKind::Configuration),
        "the bucket is in region us-west-2, the request was for eu-west-1; set s3Region: us-west-2"
    );
}

/// The first load kept the contents by ETag; a list that tells another size is not believed.
TEST_F(S3Faults, AKnownObjectOfAnotherSizeIsReadAgain) {
    const OpenLoader open = opener();
    open()->load();
    intercept([&](const Request& request) -> std::optional<Response> {
        if (!is_list(request)) return std::nullopt;
        Response answer = bucket.answer(request);
        replace_in(answer.body, "<Size>10<", "<Size>9<");
        return answer;
    });
    EXPECT_THROW(open()->load(), Error);
}

}  // namespace
}  // namespace migrator::loader::test
