#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <string>

#include "cloud/aws/client.hpp"
#include "core/random_id.hpp"
#include "loader/loader.hpp"

namespace migrator::loader::test {

inline std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

/// A bucket of its own on the server of MIGRATOR_TEST_S3_ENDPOINT. Nothing of the machine's own
/// AWS settings is looked at.
class S3Server {
public:
    static bool is_there() { return !variable("MIGRATOR_TEST_S3_ENDPOINT").empty(); }
    static bool is_required() {
        return variable("MIGRATOR_TEST_REQUIRE").find("s3") != std::string::npos;
    }

    S3Server() { request("PUT", "", ""); }

    const std::string& bucket() const { return bucket_; }
    Options options(const std::string& prefix = "") const {
        Options options;
        options.base_location = "s3://" + bucket_ + prefix;
        options.s3_endpoint = variable("MIGRATOR_TEST_S3_ENDPOINT");
        return options;
    }

    void put(const std::string& key, const std::string& contents) { request("PUT", key, contents); }
    void remove(const std::string& key) { request("DELETE", key, ""); }

    std::string secret = variable("MIGRATOR_TEST_S3_SECRET_KEY");
    /// Called before each request of loaders.
    std::function<void(const http_client::Request&)> before_request;
    /// Called with each answer to loaders, before they have it.
    std::function<void(const http_client::Request&, http_client::Response&)> after_request;
    std::atomic<int> requests = 0;  ///< of loaders

    /// For loaders.
    cloud::aws::Surroundings surroundings() {
        cloud::aws::Surroundings result = plain();
        result.open_transport = [this] { return std::make_unique<Counting>(*this); };
        return result;
    }

private:
    class Counting : public http_client::Transport {
    public:
        explicit Counting(S3Server& server) : server_(server) {}
        http_client::Response send(
            const http_client::Request& request, const http_client::Limits& limits
        ) override {
            ++server_.requests;
            if (server_.before_request) server_.before_request(request);
            http_client::Response response = transport_->send(request, limits);
            if (server_.after_request) server_.after_request(request, response);
            return response;
        }

    private:
        S3Server& server_;
        std::unique_ptr<http_client::Transport> transport_ = http_client::make_transport();
    };

    cloud::aws::Surroundings plain() {
        cloud::aws::Surroundings result = cloud::aws::system_surroundings();
        result.environment = [this](const std::string& name) -> std::optional<std::string> {
            if (name == "AWS_ACCESS_KEY_ID") return variable("MIGRATOR_TEST_S3_ACCESS_KEY");
            if (name == "AWS_SECRET_ACCESS_KEY") return secret;
            if (name == "AWS_EC2_METADATA_DISABLED") return "true";
            return std::nullopt;
        };
        result.read_file = [](const std::string&) { return std::nullopt; };
        return result;
    }

    void request(const std::string& method, const std::string& key, const std::string& body) {
        using Client = cloud::aws::Client;
        if (!client_) {
            const cloud::aws::Surroundings mine = plain();
            client_ = std::make_unique<Client>(mine, cloud::aws::make_credential_source(mine, {}));
        }
        const std::string object = key.empty() ? "" : "/" + cloud::aws::encode(key, true);
        const auto response = client_->send(
            method + " " + key,
            {.method = method,
             .endpoint = variable("MIGRATOR_TEST_S3_ENDPOINT"),
             .path = "/" + bucket_ + object,
             .body = body},
            {"s3", "us-east-1"},
            [](const http_client::Response& answer) -> Client::Judged {
                return {
                    answer.status >= 500 ? Client::Verdict::Transient : Client::Verdict::Done, ""};
            },
            {}
        );
        if (response.status >= 300) {
            throw std::runtime_error(method + " " + key + ": " + response.body);
        }
    }

    const std::string bucket_ = "test-" + random_uuid();
    std::unique_ptr<cloud::aws::Client> client_;
};

/// For the body of SetUp.
inline void skip_without_s3() {
    if (S3Server::is_there()) return;
    if (S3Server::is_required()) FAIL() << "MIGRATOR_TEST_REQUIRE asks for s3, but there is none";
    GTEST_SKIP() << "MIGRATOR_TEST_S3_ENDPOINT is not set";
}

}  // namespace migrator::loader::test
