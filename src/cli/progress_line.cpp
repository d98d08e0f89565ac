#include "cli/progress_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <utility>

#include "cli/style.hpp"
#include "core/count_of.hpp"
#include "core/utf8.hpp"

namespace migrator::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kBarInterval{100};
constexpr seconds kFirstLine{2};
constexpr seconds kLineInterval{5};
constexpr seconds kPhaseInterval{2};
constexpr std::size_t kBarWidth = 24;
constexpr std::size_t kLineWidth = 78;  // a longer line would wrap and could not be rewritten

std::size_t percent(const Progress& progress) {
    if (progress.executions == 0) return 0;
    return std::min<std::size_t>(100, progress.executions_done * 100 / progress.executions);
}

std::string phase_text(const Progress& progress) {
    if (progress.phase == "waiting") return "waiting for another run to finish";
    return progress.phase;
}

/// The end of `text`, at most `width` characters of it.
std::string last_characters(const std::string& text, std::size_t width) {
    const auto length = utf8_length(text);
    if (length <= width) return text;
    return "…" + text.substr(utf8_offset(text, length - width + 1));
}

}  // namespace

ProgressLine::ProgressLine(std::ostream& err, Mode mode, std::function<SteadyTime()> now)
    : err_(err), mode_(mode), now_(std::move(now)), started_(now_()) {}

ProgressLine::~ProgressLine() { clear(); }

ProgressSink ProgressLine::sink() {
    if (mode_ == Mode::None) return nullptr;
    return [this](const Progress& progress) { show(progress); };
}

void ProgressLine::clear() {
    const std::lock_guard lock(mutex_);
    clear_bar();
}

void ProgressLine::clear_bar() {
    if (!drawn_) return;
    err_ << "\r\x1b[K" << std::flush;
    drawn_ = false;
    shown_.reset();
}

void ProgressLine::show_news(const Progress& progress) {
    const bool is_wanted = mode_ != Mode::None && (mode_ != Mode::Warnings || progress.is_warning);
    if (progress.news.empty() || !is_wanted) return;
    clear_bar();
    err_ << (progress.is_warning ? "warning: " : "note: ") << printable(progress.news) << std::endl;
}

void ProgressLine::show(const Progress& progress) {
    const std::lock_guard lock(mutex_);
    show_news(progress);
    if (progress.phase.empty()) return;  // nothing is known yet but the news
    if (mode_ == Mode::Bar) show_bar(progress, now_());
    if (mode_ == Mode::Lines) show_line(progress, now_());
}

void ProgressLine::show_bar(const Progress& progress, SteadyTime now) {
    if (shown_ && now - *shown_ < kBarInterval) return;
    shown_ = now;
    std::string text = phase_text(progress);
    if (progress.executions > 0) {
        const auto done = percent(progress) * kBarWidth / 100;
        text = fmt::format(
            "{} [{}{}] {:3}% {}/{}",
            text,
            std::string(done, '#'),
            std::string(kBarWidth - done, '.'),
            percent(progress),
            progress.executions_done,
            progress.executions
        );
    }
    const auto used = utf8_length(text);
    if (!progress.file.empty() && used + 10 < kLineWidth) {
        text += " " + last_characters(printable(progress.file), kLineWidth - used - 1);
    }
    err_ << '\r' << text << "\x1b[K" << std::flush;
    drawn_ = true;
}

void ProgressLine::show_line(const Progress& progress, SteadyTime now) {
    if (now - started_ < kFirstLine) return;
    // Files outside a transaction go through all phases, each: a line for every change is noise.
    const auto interval = progress.phase == phase_ ? kLineInterval : kPhaseInterval;
    if (shown_ && now - *shown_ < interval) return;
    shown_ = now;
    phase_ = progress.phase;
    std::string text = phase_text(progress);
    if (progress.executions > 0) {
        text += fmt::format(
            ": {} of {} ({}%)",
            progress.executions_done,
            count_of(progress.executions, "execution", "executions"),
            percent(progress)
        );
    }
    if (progress.tenants_failed > 0) {
        text += ", " + count_of(progress.tenants_failed, "tenant", "tenants") + " failed";
    }
    if (!progress.file.empty()) text += ", " + printable(progress.file);
    err_ << text << std::endl;
}

}  // namespace migrator::cli
