#include <gtest/gtest.h>

#include <algorithm>

#include "core/error.hpp"
#include "loader/s3_faults.hpp"
#include "loader/s3_server.hpp"

namespace migrator::loader {
namespace {

class S3Contract : public ::testing::Test {
protected:
    void SetUp() override {
        test::skip_without_s3();
        if (test::S3Server::is_there()) server = std::make_unique<test::S3Server>();
    }

    Options options_of(const std::string& prefix = "") const {
        Options options = server->options(prefix);
        options.directories[MigrationType::SingleMigration] = {"ref"};
        return options;
    }
    std::vector<Migration> load(const Options& options) {
        return make_opener(options, server->surroundings())()->load();
    }
    std::string error_of(const Options& options, ErrorKind kind) {
        try {
            load(options);
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), kind) << error.what();
            return error.what();
        }
        return "no error";
    }

    std::unique_ptr<test::S3Server> server;
};

TEST_F(S3Contract, ReadsMoreObjectsThanOnePageHasAndLaterOnlyListsThem) {
    constexpr std::size_t kObjects = 1'200;
    for (std::size_t i = 0; i < kObjects; ++i) {
        const std::string number = std::to_string(10'000 + i);
        server->put("app/ref/" + number + ".sql", "select " + number);
    }
    const OpenLoader open = make_opener(options_of("/app"), server->surroundings());
    const auto sources = open()->load();
    ASSERT_EQ(sources.size(), kObjects);
    for (std::size_t i = 0; i < kObjects; ++i) {
        ASSERT_EQ(sources[i].contents, "select " + std::to_string(10'000 + i));
    }
    EXPECT_EQ(server->requests, static_cast<int>(kObjects) + 2);

    server->requests = 0;
    EXPECT_EQ(open()->load(), sources);
    EXPECT_EQ(server->requests, 2);
}

TEST_F(S3Contract, ReadsKeysOfEveryKind) {
    std::vector<std::string> keys;
    for (const char* name :
         {"a b.sql",
          "c+d.sql",
          "e%20f%.sql",
          "\xC3\xA4\xC3\xB6\xC3\xBC.sql",
          "q'uo\"te.sql",
          "(1)*!,:;=@$&~.sql",
          "?query#fragment.sql",
          "one/two/three/four/five.sql",
          "dots/../up.sql",
          "double//slash.sql"}) {
        keys.push_back(std::string("p x/ref/") + name);
        server->put(keys.back(), keys.back());
    }
    server->put("p x/ref/marker/", "");
    server->put("p x/ref2/other.sql", "");
    const auto sources = load(options_of("/p x"));
    ASSERT_EQ(sources.size(), keys.size());
    for (const Migration& source : sources) {
        EXPECT_EQ(source.file, "s3://" + server->bucket() + "/p x/" + source.contents);
        EXPECT_TRUE(std::ranges::find(keys, source.contents) != keys.end());
    }
}

TEST_F(S3Contract, AnswersPing) {
    EXPECT_NO_THROW(make_opener(options_of(), server->surroundings())()->ping());
    EXPECT_NO_THROW(make_opener(options_of("/not/there"), server->surroundings())()->ping());
}

TEST_F(S3Contract, AWrongSecretIsToldWithoutIt) {
    server->secret = "not-the-secret";
    const std::string message = error_of(options_of(), ErrorKind::Configuration);
    EXPECT_NE(message.find("SignatureDoesNotMatch"), std::string::npos) << message;
    EXPECT_NE(message.find("the secret access key does not match"), std::string::npos) << message;
    EXPECT_EQ(message.find("not-the-secret"), std::string::npos) << message;
    EXPECT_EQ(message.find("AWS4-HMAC"), std::string::npos) << message;
}

TEST_F(S3Contract, AMissingBucketIsToldByName) {
    Options options = options_of();
    options.base_location = "s3://nobody-has-this-bucket";
    const std::string message = error_of(options, ErrorKind::Configuration);
    EXPECT_NE(message.find("NoSuchBucket"), std::string::npos) << message;
    EXPECT_NE(message.find("the bucket nobody-has-this-bucket does not exist"), std::string::npos);
}

TEST_F(S3Contract, SignsForTheRegionThatTheServerNames) {
    server->put("ref/1.sql", "x");
    Options options = options_of();
    options.s3_region = "eu-west-1";
    EXPECT_EQ(load(options).size(), 1U);
    EXPECT_EQ(server->requests, 3);
}

TEST_F(S3Contract, AChangeBetweenListAndReadIsNoticed) {
    server->put("ref/1.sql", "before");
    bool is_changed = false;
    server->before_request = [&](const http_client::Request& request) {
        if (is_changed || request.url.find("prefix=") != std::string::npos) return;
        is_changed = true;
        server->put("ref/1.sql", "behind");  // of the same length
    };
    EXPECT_EQ(load(options_of()).at(0).contents, "behind");
    EXPECT_EQ(server->requests, 4);  // listed, refused, listed, read
}

TEST_F(S3Contract, AFaultInAnyAnswerNeverCostsAFile) {
    for (const char* number : {"1", "2", "3"}) {
        server->put(std::string("ref/") + number + ".sql", std::string("select ") + number);
    }
    Options options = options_of();
    options.storage_concurrency = 1;
    cloud::aws::Surroundings surroundings = server->surroundings();
    surroundings.sleep = [](std::chrono::milliseconds) {};
    const auto load_now = [&] { return make_opener(options, surroundings)()->load(); };
    const auto all = load_now();
    ASSERT_EQ(all.size(), 3U);
    const int requests = server->requests;
    for (const test::S3Fault& fault : test::s3_faults()) {
        for (int struck = 1; struck <= requests; ++struck) {
            SCOPED_TRACE(fault.name + ", request " + std::to_string(struck));
            server->requests = 0;
            std::string url;
            server->after_request = [&](const auto& request, auto& response) {
                if (server->requests == struck) url = request.url;
                if (request.url == url) fault.strike(response);
            };
            try {
                ASSERT_EQ(load_now(), all);
            } catch (const Error& error) {
                EXPECT_NE(std::string(error.what()).find("s3://"), std::string::npos)
                    << error.what();
            }
        }
    }
}

TEST_F(S3Contract, ReadsOverTheBucketsOwnHost) {
    server->put("ref/a b.sql", "x");
    Options options = options_of();
    options.s3_addressing_style = S3AddressingStyle::Virtual;
    const auto port = options.s3_endpoint.rfind(':');
    options.s3_endpoint = "http://localhost" + options.s3_endpoint.substr(port);
    EXPECT_EQ(load(options).size(), 1U);
}

}  // namespace
}  // namespace migrator::loader
