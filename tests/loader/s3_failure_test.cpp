#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>

#include "core/sha256.hpp"
#include "loader/s3_loader_fixture.hpp"

namespace migrator::loader::test {
namespace {

using S3LoaderFailures = S3LoaderTest;

TEST_F(S3LoaderFailures, FollowsTheBucketIntoItsRegionAndStaysThere) {
    const struct {
        const char* name;
        Response refusal;
    } cases[] = {
        {"301 and header", {301, {{"x-amz-bucket-region", "us-west-2"}}, ""}},
        {"400 and element",
         error_answer(400, "AuthorizationHeaderMalformed", "", "<Region>us-west-2</Region>")},
        {"discovery", error_answer(301, "PermanentRedirect")}};
    bucket.put("ref/1.sql", "x");
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        intercept([&](const Request& request) -> std::optional<Response> {
            if (request.method == "HEAD") {
                EXPECT_EQ(header_of(request.headers, "authorization"), "");
                return Response{403, {{"x-amz-bucket-region", "us-west-2"}}, ""};
            }
            if (request.url.find("us-west-2") != std::string::npos) return std::nullopt;
            return c.refusal;
        });
        const OpenLoader open = opener();
        EXPECT_EQ(open()->load().size(), 1U);
        const Request last = world.requests().back();
        EXPECT_EQ(last.url, "https://bkt.s3.us-west-2.amazonaws.com/ref/1.sql");
        expect_contains(header_of(last.headers, "authorization"), "/us-west-2/s3/");
        const std::size_t before = world.requests().size();
        open()->load();
        EXPECT_EQ(world.requests().size(), before + 1);
    }
    expect_contains(
        log(), "bucket bkt is in region us-west-2, not in the configured region eu-west-1"
    );
}

TEST_F(S3LoaderFailures, AsksForTheRegionWhereNobodyGaveOne) {
    world.environment.erase("AWS_REGION");
    bucket.put("ref/1.sql", "x");
    intercept([&](const Request& request) -> std::optional<Response> {
        if (request.method != "HEAD") return std::nullopt;
        EXPECT_EQ(request.url, "https://s3.us-east-1.amazonaws.com/bkt");
        return Response{403, {{"x-amz-bucket-region", "eu-north-1"}}, ""};
    });
    EXPECT_EQ(load().size(), 1U);
    EXPECT_EQ(world.requests().back().url, "https://bkt.s3.eu-north-1.amazonaws.com/ref/1.sql");
}

TEST_F(S3LoaderFailures, AWrongRegionThatCantBeFoundIsAnError) {
    intercept([](const Request&) { return Response{301, {}, ""}; });
    expect_contains(error_of_load(ErrorKind::Configuration), "set AWS_REGION or s3Region");
}

TEST_F(S3LoaderFailures, ARedirectNeverLeavesAnEndpointOfOnesOwn) {
    options.s3_endpoint = "http://127.0.0.1:9";
    intercept([](const Request& request) {
        EXPECT_EQ(request.url.find("http://127.0.0.1:9/"), 0U);
        return Response{301, {{"x-amz-bucket-region", "us-west-2"}}, ""};
    });
    error_of_load(ErrorKind::Configuration);
    EXPECT_EQ(world.requests().size(), 1U);
}

TEST_F(S3LoaderFailures, AYoungBucketIsReadWhereTheAnswerSaysButOnlyAtAws) {
    bucket.put("ref/1.sql", "x");
    for (const std::string host : {"bkt.s3-young.amazonaws.com", "bkt.s3.evil.example"}) {
        SCOPED_TRACE(host);
        intercept([&](const Request& request) -> std::optional<Response> {
            if (request.url.find(host) != std::string::npos) return std::nullopt;
            return error_answer(307, "TemporaryRedirect", "", "<Endpoint>" + host + "</Endpoint>");
        });
        if (host.ends_with(".amazonaws.com")) {
            EXPECT_EQ(load().size(), 1U);
        } else {
            error_of_load(ErrorKind::Configuration);
            EXPECT_EQ(world.requests().back().url.find(host), std::string::npos);
        }
    }
}

TEST_F(S3LoaderFailures, TriesAgainWhatMayPass) {
    bucket.put("ref/1.sql", "some text");
    const struct {
        const char* name;
        Response once;
    } cases[] = {
        {"SlowDown", error_answer(503, "SlowDown")},
        {"502 of a proxy", {502, {}, "<html>"}},
        {"InternalError", error_answer(500, "InternalError")},
        {"truncated", {200, {}, "some"}},
        {"other bytes", {200, {{"x-amz-checksum-crc32", "AAAAAA=="}}, "some text"}}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        std::atomic<int> reads = 0;
        intercept([&](const Request& request) -> std::optional<Response> {
            if (is_list(request) || reads++ > 0) return std::nullopt;
            return c.once;
        });
        EXPECT_EQ(load().at(0).contents, "some text");
        EXPECT_EQ(reads, 2);
    }
}

TEST_F(S3LoaderFailures, AListInDisguiseIsTriedAgain) {
    std::atomic<int> lists = 0;
    bucket.put("ref/1.sql", "x");
    intercept([&](const Request& request) -> std::optional<Response> {
        if (!is_list(request) || lists++ > 0) return std::nullopt;
        Response error = error_answer(500, "InternalError");
        error.status = 200;
        return error;
    });
    EXPECT_EQ(load().size(), 1U);
}

TEST_F(S3LoaderFailures, BytesThatStayWrongAreAnError) {
    bucket.put("ref/1.sql", "some text");
    intercept([&](const Request& request) -> std::optional<Response> {
        if (is_list(request)) return std::nullopt;
        return Response{200, {}, "some"};
    });
    expect_contains(
        error_of_load(ErrorKind::Unavailable), "s3://bkt/ref/1.sql: received 4 of 9 bytes"
    );
}

TEST_F(S3LoaderFailures, ListsOnceMoreWhenAnObjectChangesInBetween) {
    for (const bool is_gone : {false, true}) {
        SCOPED_TRACE(is_gone);
        bucket.put("ref/1.sql", "one");
        bucket.put("ref/2.sql", "two");
        std::atomic<int> lists = 0;
        intercept([&](const Request& request) -> std::optional<Response> {
            if (!is_list(request)) return std::nullopt;
            Response listed = bucket.answer(request);
            if (lists++ == 0) {
                is_gone ? bucket.remove("ref/2.sql") : bucket.put("ref/2.sql", "changed");
            }
            return listed;
        });
        const auto sources = load();
        EXPECT_EQ(lists, 2);
        ASSERT_EQ(sources.size(), is_gone ? 1U : 2U);
        EXPECT_EQ(sources.back().contents, is_gone ? "one" : "changed");
    }
}

TEST_F(S3LoaderFailures, AnObjectThatNeverStopsChangingIsAnError) {
    bucket.put("ref/1.sql", "one");
    intercept([&](const Request& request) -> std::optional<Response> {
        if (is_list(request)) return std::nullopt;
        return error_answer(412, "PreconditionFailed");
    });
    expect_contains(
        error_of_load(ErrorKind::Unavailable), "s3://bkt/ref/1.sql: the object changed twice"
    );
}

TEST_F(S3LoaderFailures, AListWithoutAnEndIsAnError) {
    for (const char* token : {"<NextContinuationToken>same</NextContinuationToken>", ""}) {
        SCOPED_TRACE(token);
        intercept([&](const Request&) {
            return Response{
                200,
                {},
                std::string(
                    "<ListBucketResult><KeyCount>0</KeyCount><IsTruncated>true</IsTruncated>"
                ) + token +
                    "</ListBucketResult>"};
        });
        expect_contains(error_of_load(ErrorKind::Unavailable), "Could not list s3://bkt/ref/");
    }
}

TEST_F(S3LoaderFailures, AServerOfVersion1IsAskedForWhatFollowsTheLastKey) {
    intercept([&](const Request& request) -> std::optional<Response> {
        if (!is_list(request)) return Response{200, {}, "x"};
        const bool is_first = request.url.find("marker=") == std::string::npos;
        const std::string key = is_first ? "ref/1" : "ref/2";
        EXPECT_EQ(is_first, request.url.find("list-type=2") != std::string::npos);
        return Response{
            200,
            {},
            "<ListBucketResult><IsTruncated>" + std::string(is_first ? "true" : "false") +
                "</IsTruncated><Contents><Key>" + key +
                "</Key><Size>1</Size></Contents></ListBucketResult>"};
    });
    EXPECT_EQ(files_of(load()), (std::vector<std::string>{"s3://bkt/ref/1", "s3://bkt/ref/2"}));
}

TEST_F(S3LoaderFailures, ReportsTheFirstErrorInOrderAndReadsNoMoreThanItMust) {
    for (int i = 100; i < 400; ++i) bucket.put("ref/" + std::to_string(i), "x");
    intercept([&](const Request& request) -> std::optional<Response> {
        if (is_list(request)) return std::nullopt;
        const std::string key = FakeBucket::key_of(request.url);
        if (key < "ref/110") return std::nullopt;
        return error_answer(403, "InvalidObjectState", key);
    });
    const std::string message = error_of_load(ErrorKind::MigrationFailed);
    expect_contains(message, "Could not read s3://bkt/ref/110");
    expect_contains(message, "restore it");
    EXPECT_LT(world.requests().size(), 20U);
}

TEST_F(S3LoaderFailures, ANulByteIsAnErrorThatNamesTheFile) {
    bucket.put("ref/1.sql", std::string("\xFF\xFEs\0", 4));
    expect_contains(
        error_of_load(ErrorKind::MigrationFailed), "s3://bkt/ref/1.sql: NUL byte at offset 3"
    );
}

TEST_F(S3LoaderFailures, RefusalsSayWhoMayNotDoWhatAndHowToMendIt) {
    options.base_location = "s3://bkt/app";
    bucket.put("app/ref/1.sql", "x");
    const std::string secret = "<StringToSign>wJalrXUtnFEMI</StringToSign>";
    const struct {
        const char* name;
        bool is_list;
        Response answer;
        ErrorKind kind;
        std::vector<std::string> parts;
    } cases[] = {
        {"list",
         true,
         error_answer(403, "AccessDenied", "Access Denied", "<RequestId>R9</RequestId>"),
         ErrorKind::Configuration,
         {"Could not list s3://bkt/app/ref/: AccessDenied: Access Denied (HTTP 403, request ID "
          "REQ1",
          "arn:aws:sts::123:assumed-role/reader/x",
          R"("Action": "s3:ListBucket", "Resource": "arn:aws:s3:::bkt", "Condition": {"StringLike": {"s3:prefix": ["app", "app/*"]}})"}},
        {"read",
         false,
         error_answer(403, "AccessDenied", "Access Denied"),
         ErrorKind::Configuration,
         {"or the object does not exist",
          R"("Action": "s3:GetObject", "Resource": "arn:aws:s3:::bkt/app/*")"}},
        {"kms",
         false,
         error_answer(
             403,
             "AccessDenied",
             "not authorized to perform: kms:Decrypt on resource: "
             "arn:aws:kms:eu-west-1:1:key/ab-c because"
         ),
         ErrorKind::Configuration,
         {R"("Action": "kms:Decrypt", "Resource": "arn:aws:kms:eu-west-1:1:key/ab-c")",
          "s3.eu-west-1.amazonaws.com"}},
        {"deny",
         true,
         error_answer(403, "AccessDenied", "with an explicit deny in a policy"),
         ErrorKind::Configuration,
         {"adding an Allow does not help"}},
        {"unknown key",
         true,
         error_answer(403, "InvalidAccessKeyId"),
         ErrorKind::Configuration,
         {"AKIA\xE2\x80\xA6MPLE", "does not know the access key"}},
        {"secret",
         true,
         error_answer(403, "SignatureDoesNotMatch", "does not match", secret),
         ErrorKind::Configuration,
         {"the secret access key does not match"}},
        {"expired",
         true,
         error_answer(400, "ExpiredToken"),
         ErrorKind::Unavailable,
         {"Could not list s3://bkt/app/ref/", "rejected them as expired"}},
        {"no bucket",
         true,
         error_answer(404, "NoSuchBucket"),
         ErrorKind::Configuration,
         {"the bucket bkt does not exist", "eu-west-1"}},
        {"proxy",
         true,
         {407, {{"server", "squid"}}, "<html>\nLog in\n</html>"},
         ErrorKind::Configuration,
         {"squid", "Log in"}},
        {"down", true, error_answer(503, "SlowDown"), ErrorKind::Unavailable, {"SlowDown"}}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        intercept([&](const Request& request) -> std::optional<Response> {
            if (request.url.find("sts.") != std::string::npos) {
                return Response{
                    200,
                    {},
                    "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>"
                    "arn:aws:sts::123:assumed-role/reader/x</Arn></GetCallerIdentityResult>"
                    "</GetCallerIdentityResponse>"};
            }
            if (is_list(request) != c.is_list) return std::nullopt;
            return c.answer;
        });
        const std::string message = error_of_load(c.kind);
        for (const std::string& part : c.parts) expect_contains(message, part);
    }
}

TEST_F(S3LoaderFailures, WhatStopsARequestIsToldWithAdvice) {
    const struct {
        TransportFailure failure;
        const char* bucket;
        S3AddressingStyle style;
        const char* advice;
    } cases[] = {
        {TransportFailure::Resolve,
         "bkt",
         S3AddressingStyle::Auto,
         "check the region, the bucket name"},
        {TransportFailure::Timeout, "bkt", S3AddressingStyle::Auto, "S3 gateway endpoint"},
        {TransportFailure::Certificate, "bkt", S3AddressingStyle::Auto, "AWS_CA_BUNDLE"},
        {TransportFailure::Certificate,
         "my.bkt",
         S3AddressingStyle::Virtual,
         "s3AddressingStyle: path"}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.advice);
        options.base_location = std::string("s3://") + c.bucket;
        options.s3_addressing_style = c.style;
        intercept([&](const Request&) -> std::optional<Response> {
            throw http_client::TransportError(c.failure, "no way");
        });
        const std::string message = error_of_load(ErrorKind::Unavailable);
        expect_contains(message, "Could not list s3://");
        expect_contains(message, c.advice);
    }
}

TEST_F(S3LoaderFailures, WithoutCredentialsNothingIsAsked) {
    world.environment.erase("AWS_ACCESS_KEY_ID");
    expect_contains(error_of_load(ErrorKind::Configuration), "no AWS credentials found");
    EXPECT_TRUE(world.requests().empty());
}

TEST_F(S3LoaderFailures, PingAsksForOneKeyOfTheBaseLocation) {
    const struct {
        const char* location;
        const char* query;
    } cases[] = {
        {"s3://bkt", "/?encoding-type=url&list-type=2&max-keys=1&prefix=%2F"},
        {"s3://bkt/app/", "/?encoding-type=url&list-type=2&max-keys=1&prefix=app"}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.location);
        options.base_location = c.location;
        opener()()->ping();
        EXPECT_TRUE(world.requests().back().url.ends_with(c.query)) << world.requests().back().url;
    }
    intercept([](const Request&) { return error_answer(404, "NoSuchBucket"); });
    try {
        opener()()->ping();
        ADD_FAILURE() << "no exception";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Unavailable);
    }
}

}  // namespace
}  // namespace migrator::loader::test
