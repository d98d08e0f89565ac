#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cloud/aws/provider.hpp"

/// The metadata service of an EC2 instance: docs/cloud.md, "Instance metadata".
namespace migrator::cloud::aws {

/// Reads from it, with a session token where the service gives one. One thread at a time.
class Imds {
public:
    /// `tries` of each read, unless the environment says how many. Throws Configuration for
    /// settings that make no sense.
    Imds(const Surroundings& surroundings, const std::string& profile, int tries);

    struct Text {
        std::string body;
        std::string server_date;
    };
    /// Nothing when there is no such path. Throws Unavailable, or Configuration when the instance
    /// has to be set up in another way.
    std::optional<Text> read(const std::string& path);

private:
    void renew_token(http_client::Transport& transport);
    http_client::Response send(
        http_client::Transport& transport,
        const std::string& method,
        const std::string& path,
        std::pair<std::string, std::string> header
    ) const;

    Surroundings surroundings_;
    std::string base_;
    std::chrono::milliseconds time_of_a_try_{1'000};
    int tries_;
    bool needs_token_ = false;
    bool put_timed_out_ = false;
    std::string token_;  ///< empty: none, and the first version of the service is used
    std::optional<TimePoint> token_ends_;
};

/// Why the service is not to be asked: "skipped: Fargate has no instance metadata"; empty: it is.
std::string reason_to_skip_imds(const Surroundings& surroundings);

/// The role of the instance.
Selection select_imds(const Surroundings& surroundings, const std::string& profile);

}  // namespace migrator::cloud::aws
