#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <future>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/log.hpp"
#include "http/server.hpp"

namespace migrator::http::test {

/// Options for tests: any port of the loopback address.
inline Options options() {
    Options options;
    options.listen_address = "127.0.0.1";
    options.port = 0;
    return options;
}

inline Response text(std::string body) {
    return {.status = 200, .content_type = "text/plain", .body = std::move(body), .headers = {}};
}

/// A server in a thread of its own, stopped at the end.
class RunningServer {
public:
    RunningServer(
        const Options& options,
        const Router& router,
        std::function<void()> cancel = {},
        metrics::Registry* metrics = nullptr,
        const std::optional<SidePort>& side = {}
    )
        : server_(options, router, metrics, side), thread_([this, cancel = std::move(cancel)] {
              exit_code_.set_value(server_.run_until_signal(cancel));
          }) {}
    ~RunningServer() {
        server_.stop();
        thread_.join();
    }
    RunningServer(const RunningServer&) = delete;
    RunningServer& operator=(const RunningServer&) = delete;

    std::uint16_t port() const { return server_.port(); }
    std::uint16_t side_port() const { return server_.side_port(); }
    void stop() { server_.stop(); }
    /// Returns when the server has ended. Once.
    int exit_code() { return exit_code_.get_future().get(); }

private:
    Server server_;
    std::promise<int> exit_code_;
    std::thread thread_;
};

/// Something that happens once, or has happened.
class Event {
public:
    void set() {
        const std::lock_guard lock(mutex_);
        is_set_ = true;
        changed_.notify_all();
    }
    void wait() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return is_set_; });
    }
    bool is_set() {
        const std::lock_guard lock(mutex_);
        return is_set_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool is_set_ = false;
};

/// The lines that are logged while it lives.
class LogLines {
public:
    LogLines() {
        log::redirect([this](std::string_view line) {
            const std::lock_guard lock(mutex_);
            lines_.emplace_back(line);
            changed_.notify_all();
        });
    }
    ~LogLines() { log::redirect({}); }
    LogLines(const LogLines&) = delete;
    LogLines& operator=(const LogLines&) = delete;

    /// Returns the first line that holds `text`, when there is one.
    std::string wait_for(const std::string& text) {
        std::unique_lock lock(mutex_);
        std::string found;
        changed_.wait(lock, [&] { return !(found = find(text)).empty(); });
        return found;
    }
    bool has(const std::string& text) { return count(text) > 0; }
    /// The lines that hold `text`.
    std::ptrdiff_t count(const std::string& text) {
        const std::lock_guard lock(mutex_);
        return std::ranges::count_if(lines_, [&](const std::string& line) {
            return line.find(text) != std::string::npos;
        });
    }

private:
    std::string find(const std::string& text) const {
        for (const std::string& line : lines_) {
            if (line.find(text) != std::string::npos) return line;
        }
        return {};
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::string> lines_;
};

}  // namespace migrator::http::test
