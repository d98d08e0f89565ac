#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace migrator::coordinator {

/// Whether what the program stands on can be reached: a check each, on a thread of its own. Those
/// who ask while a check is in work share its result, so that a server which does not answer is
/// asked once, however many probes come. Safe for all threads.
class Health {
public:
    struct Check {
        std::string name;
        std::function<void()> look;  ///< throws when it is down; may block
    };
    /// `limit`: a check that has been in work for longer is down for all who ask.
    explicit Health(
        std::vector<Check> checks, std::chrono::milliseconds limit = std::chrono::seconds(5)
    );
    /// Waits for the checks in work.
    ~Health();
    Health(const Health&) = delete;
    Health& operator=(const Health&) = delete;

    struct Result {
        std::string name;
        std::optional<std::string> problem;  ///< nothing: up
        bool operator==(const Result&) const = default;
    };
    /// One look at everything: blocks for `limit` at most. In the order of the checks.
    std::vector<Result> look();

private:
    class Checker;
    std::vector<std::unique_ptr<Checker>> checkers_;
    const std::chrono::milliseconds limit_;
};

}  // namespace migrator::coordinator
