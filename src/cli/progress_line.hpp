#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <mutex>
#include <optional>
#include <string>

#include "core/progress.hpp"

namespace migrator::cli {

/// Shows how far a run is. Thread-safe. The destructor clears what is on the terminal.
class ProgressLine {
public:
    enum class Mode : std::uint8_t {
        None,
        Warnings,  ///< what a run tells at once, as far as it is a warning
        News,      ///< all that a run tells at once
        Bar,       ///< a terminal: one line that is rewritten, ten times a second at most
        Lines,     ///< a pipe: a line now and then, none for work that is done within two seconds
    };
    using SteadyTime = std::chrono::steady_clock::time_point;

    ProgressLine(
        std::ostream& err,
        Mode mode,
        std::function<SteadyTime()> now = std::chrono::steady_clock::now
    );
    ~ProgressLine();
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

    void show(const Progress& progress);
    /// Clears the bar; the next `show` draws it anew.
    void clear();
    /// Calls `show`; null without a mode. Valid as long as this object.
    ProgressSink sink();

private:
    // With `mutex_` held:
    void clear_bar();
    void show_news(const Progress& progress);
    void show_bar(const Progress& progress, SteadyTime now);
    void show_line(const Progress& progress, SteadyTime now);

    std::ostream& err_;
    const Mode mode_;
    const std::function<SteadyTime()> now_;
    std::mutex mutex_;
    const SteadyTime started_;
    std::optional<SteadyTime> shown_;
    std::string phase_;
    bool drawn_ = false;
};

}  // namespace migrator::cli
