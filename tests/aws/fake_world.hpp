#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "cloud/aws/surroundings.hpp"
#include "http_client/transport.hpp"

namespace migrator::cloud::aws::test {

/// The world outside, as a test wants it. Nothing leaves the process, and time passes only when
/// somebody sleeps. Must outlive what was made of its `surroundings`. Safe for all threads, but for
/// the public fields: set those before.
class FakeWorld {
public:
    using Answer = std::function<http_client::Response(const http_client::Request&)>;

    std::map<std::string, std::string> environment;
    std::map<std::string, std::string> files;
    /// What `run` does; without one a test fails that runs anything.
    std::function<ProcessResult(const std::string& command)> run;
    /// What `random` gives: 1 makes every pause as long as it can be.
    double random = 1;

    /// The next request that no earlier reply took is answered so, once.
    void reply(
        int status,
        std::string body = {},
        std::vector<std::pair<std::string, std::string>> headers = {}
    ) {
        reply([answer = http_client::Response{
                   status, std::move(headers), std::move(body)}](const http_client::Request&) {
            return answer;
        });
    }
    void reply(http_client::TransportFailure failure, std::string message = "a transport error") {
        reply(
            [failure,
             text = std::move(message)](const http_client::Request&) -> http_client::Response {
                throw http_client::TransportError(failure, text);
            }
        );
    }
    void reply(Answer answer) {
        const std::lock_guard lock(mutex_);
        replies_.push_back(std::move(answer));
    }
    /// Answers every request for which no reply is left.
    void serve(Answer answer) {
        const std::lock_guard lock(mutex_);
        rest_ = std::move(answer);
    }

    std::vector<http_client::Request> requests() const {
        const std::lock_guard lock(mutex_);
        return requests_;
    }
    /// Those of `requests`, in the same order.
    std::vector<http_client::Limits> limits() const {
        const std::lock_guard lock(mutex_);
        return limits_;
    }
    std::vector<std::chrono::milliseconds> sleeps() const {
        const std::lock_guard lock(mutex_);
        return sleeps_;
    }
    TimePoint now() const {
        const std::lock_guard lock(mutex_);
        return now_;
    }
    void pass(std::chrono::milliseconds time) {
        const std::lock_guard lock(mutex_);
        now_ += time;
    }
    void set_now(TimePoint now) {
        const std::lock_guard lock(mutex_);
        now_ = now;
    }

    Surroundings surroundings() {
        return {
            .environment = [this](const std::string& name) { return found(environment, name); },
            .read_file = [this](const std::string& path) { return found(files, path); },
            .run = [this](const std::string& command) { return run_command(command); },
            .clock = [this] { return now(); },
            .sleep =
                [this](std::chrono::milliseconds time) {
                    pass(time);
                    const std::lock_guard lock(mutex_);
                    sleeps_.push_back(time);
                },
            .random = [this] { return random; },
            .open_transport = [this] { return std::make_unique<Wire>(*this); }};
    }

private:
    class Wire : public http_client::Transport {
    public:
        explicit Wire(FakeWorld& world) : world_(&world) {}
        http_client::Response send(
            const http_client::Request& request, const http_client::Limits& limits
        ) override {
            return world_->take(request, limits)(request);
        }

    private:
        FakeWorld* world_;
    };

    Answer take(const http_client::Request& request, const http_client::Limits& limits) {
        const std::lock_guard lock(mutex_);
        requests_.push_back(request);
        limits_.push_back(limits);
        if (replies_.empty() && rest_) return rest_;
        if (replies_.empty()) {
            ADD_FAILURE() << "nobody expects " << request.method << " " << request.url;
            throw http_client::TransportError(
                http_client::TransportFailure::Other, "not in the script of the test"
            );
        }
        Answer next = std::move(replies_.front());
        replies_.pop_front();
        return next;
    }

    ProcessResult run_command(const std::string& command) const {
        if (run) return run(command);
        ADD_FAILURE() << "nobody expects the command " << command;
        return {.exit_code = 127};
    }

    /// A variable or a file; an empty variable counts as not set, an empty file is one.
    std::optional<std::string> found(
        const std::map<std::string, std::string>& all, const std::string& name
    ) const {
        const auto entry = all.find(name);
        const bool is_unset = &all == &environment && entry != all.end() && entry->second.empty();
        if (entry == all.end() || is_unset) return std::nullopt;
        return entry->second;
    }

    mutable std::mutex mutex_;  // guards what follows
    std::deque<Answer> replies_;
    Answer rest_;
    std::vector<http_client::Request> requests_;
    std::vector<http_client::Limits> limits_;
    std::vector<std::chrono::milliseconds> sleeps_;
    TimePoint now_ = std::chrono::sys_days{std::chrono::year{2026} / 1 / 2} +
                     std::chrono::hours(3) + std::chrono::minutes(4) + std::chrono::seconds(5);
};

/// The value of a header, its name in any case; empty when it is not there.
inline std::string header_of(
    const std::vector<std::pair<std::string, std::string>>& headers, const std::string& name
) {
    const auto lower = [](std::string text) {
        for (char& c : text) {
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        }
        return text;
    };
    for (const auto& [other, value] : headers) {
        if (lower(other) == lower(name)) return value;
    }
    return {};
}

/// 2026-01-02T03:04:05Z, from "20260102T030405Z".
inline TimePoint time_of(const std::string& amz_date) {
    const auto number = [&](std::size_t at, std::size_t length) {
        return std::stoi(amz_date.substr(at, length));
    };
    return std::chrono::sys_days{
               std::chrono::year{number(0, 4)} /
               std::chrono::month{static_cast<unsigned>(number(4, 2))} /
               std::chrono::day{static_cast<unsigned>(number(6, 2))}} +
           std::chrono::hours(number(9, 2)) + std::chrono::minutes(number(11, 2)) +
           std::chrono::seconds(number(13, 2));
}

}  // namespace migrator::cloud::aws::test
