#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "cloud/aws/provider.hpp"
#include "core/error.hpp"

namespace migrator::cloud::aws {

/// Keeps what a provider gave, for all threads, and gets others in time: docs/cloud.md, "Refresh".
/// One thread asks the provider; as long as there is time the others use what is there.
class CredentialHolder : public CredentialSource {
public:
    CredentialHolder(const Surroundings& surroundings, std::unique_ptr<Provider> provider)
        : surroundings_(surroundings), provider_(std::move(provider)) {}

    Credentials get() override;
    void refuse(const Credentials& credentials) override;
    std::string describe() override;

private:
    enum class Need : unsigned char { None, Soon, Now };
    Need need() const;
    /// Called with `lock` held, which is open while the provider works. Throws what it throws.
    void refresh(std::unique_lock<std::mutex>& lock);
    void accept(Fetched fetched);
    void log_new() const;

    const Surroundings surroundings_;
    const std::unique_ptr<Provider> provider_;  ///< for the thread that refreshes
    std::mutex mutex_;                          ///< guards what follows
    std::condition_variable refreshed_;
    bool is_refreshing_ = false;
    /// Of the last refresh. Not an Error: copies of one share their text between threads.
    struct Failure {
        ErrorKind kind;
        std::string message;
    };
    std::optional<Failure> failure_;
    std::optional<Fetched> current_;
    std::chrono::nanoseconds lifetime_{0};  ///< that `current_` had when it came
    std::optional<Credentials> refused_;
    TimePoint next_try_;
};

}  // namespace migrator::cloud::aws
