#include "core/log.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <mutex>
#include <utility>

#include "core/time.hpp"
#include "core/utf8.hpp"

namespace migrator::log {
namespace {

constexpr int kPatience = 1000;  // milliseconds until a line is given up that nobody takes
constexpr std::array<std::string_view, 5> kNames{"DEBUG", "INFO", "WARN", "ERROR", "PANIC"};

std::atomic<Level> shown_from{Level::Info};
std::atomic<Format> format{Format::Text};
std::mutex output;                           // guards `sink`, and keeps lines apart
std::function<void(std::string_view)> sink;  // empty: standard error
thread_local std::string request_id;

std::string_view name_of(Level level) { return kNames[static_cast<std::size_t>(level)]; }

std::string_view base_name(std::string_view path) {
    const auto slash = path.rfind('/');
    return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

/// Nobody can forge a line or steer a terminal: no control characters, the C1 set included.
std::string escaped(std::string_view text) {
    std::string result;
    const std::string valid = to_valid_utf8(text);
    result.reserve(valid.size());
    for (std::size_t i = 0; i < valid.size(); ++i) {
        const auto c = static_cast<unsigned char>(valid[i]);
        if (c == '\n') {
            result += "\\n";
        } else if (c == '\r') {
            result += "\\r";
        } else if (c == '\t') {
            result += "\\t";
        } else if (c < 0x20U || c == 0x7fU) {
            result += fmt::format("\\x{:02x}", c);
        } else if (c == 0xc2U && static_cast<unsigned char>(valid[i + 1]) < 0xa0U) {
            result += fmt::format("\\u{:04x}", static_cast<unsigned char>(valid[++i]));
        } else {
            result += valid[i];
        }
    }
    return result;
}

std::string json_string(std::string_view text) {
    std::string result = "\"";
    for (const char c : to_valid_utf8(text)) {
        if (c == '"' || c == '\\') {
            result += '\\';
            result += c;
        } else if (static_cast<unsigned char>(c) < 0x20U || c == '\x7f') {
            result += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
        } else {
            result += c;
        }
    }
    return result + '"';
}

std::string text_line(std::string time, Level level, const Where& where, std::string_view message) {
    time[4] = time[7] = '/';
    const std::string request =
        request_id.empty() ? "" : fmt::format("requestId={} ", escaped(request_id));
    return fmt::format(
        "{} [{}:{}] {} {}{}",
        time,
        base_name(where.file),
        where.line,
        name_of(level),
        request,
        escaped(message)
    );
}

std::string json_line(std::string time, Level level, const Where& where, std::string_view message) {
    time[10] = 'T';
    const std::string request =
        request_id.empty() ? "" : fmt::format("\"requestId\":{},", json_string(request_id));
    return fmt::format(
        R"({{"time":"{}Z","level":"{}","source":{},{}"message":{}}})",
        time,
        name_of(level),
        json_string(fmt::format("{}:{}", base_name(where.file), where.line)),
        request,
        json_string(message)
    );
}

/// One write for a line, so that lines of other processes on the same pipe don't cut it either.
void to_standard_error(std::string line) {
    line += '\n';
    std::string_view rest = line;
    while (!rest.empty()) {
        const ssize_t written = ::write(STDERR_FILENO, rest.data(), rest.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0 && errno == EAGAIN) {  // a parent made the terminal or pipe non-blocking
            pollfd ready{STDERR_FILENO, POLLOUT, 0};
            if (::poll(&ready, 1, kPatience) > 0) continue;
        }
        if (written <= 0) return;  // there is nowhere left to say so
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
}

void show(Level level, std::string_view message, const Where& where) {
    std::string time = format_database_time(std::chrono::system_clock::now());
    std::string line = format == Format::Json ? json_line(std::move(time), level, where, message)
                                              : text_line(std::move(time), level, where, message);
    const std::lock_guard lock(output);
    if (sink) {
        sink(line);
    } else {
        to_standard_error(std::move(line));
    }
}

void show_if_enabled(Level level, std::string_view message, const Where& where) {
    if (enabled(level)) show(level, message, where);
}

}  // namespace

void configure(Level level, Format new_format) {
    shown_from = level;
    format = new_format;
}

bool enabled(Level level) noexcept { return level >= shown_from; }

void debug(std::string_view message, Where where) { show_if_enabled(Level::Debug, message, where); }
void info(std::string_view message, Where where) { show_if_enabled(Level::Info, message, where); }
void warn(std::string_view message, Where where) { show_if_enabled(Level::Warn, message, where); }
void error(std::string_view message, Where where) { show_if_enabled(Level::Error, message, where); }
void panic(std::string_view message, Where where) { show_if_enabled(Level::Panic, message, where); }
void always(std::string_view message, Where where) { show(Level::Info, message, where); }

RequestScope::RequestScope(std::string id) : previous_(std::exchange(request_id, std::move(id))) {}
RequestScope::~RequestScope() { request_id = std::move(previous_); }

void redirect(std::function<void(std::string_view line)> new_sink) {
    const std::lock_guard lock(output);
    sink = std::move(new_sink);
}

}  // namespace migrator::log
