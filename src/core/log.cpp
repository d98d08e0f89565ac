#include "core/log.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cmath>
#include <mutex>
#include <utility>

#include "core/json_text.hpp"
#include "core/secrets.hpp"
#include "core/time.hpp"
#include "core/utf8.hpp"

namespace migrator::log {
namespace {

constexpr int kPatience = 1000;  // milliseconds until a line is given up that nobody takes
constexpr std::array<std::string_view, 5> kNames{"DEBUG", "INFO", "WARN", "ERROR", "PANIC"};
/// The keys of every line in JSON.
constexpr std::array<std::string_view, 7> kKeys{
    "time", "level", "source", "requestId", "traceId", "spanId", "message"};

std::atomic<Level> shown_from{Level::Info};
std::atomic<Format> format{Format::Text};
std::mutex output;                           // guards `sink`, and keeps lines apart
std::function<void(std::string_view)> sink;  // empty: standard error
const Fields kNoFields;
thread_local RequestScope::Ids ids;

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

struct Line {
    Level level;
    std::string_view message;
    const Fields& fields;
    const Where& where;
};

std::string text_line(std::string time, const Line& line) {
    time[4] = time[7] = '/';
    std::string request;
    if (!ids.request.empty()) request += fmt::format("requestId={} ", escaped(ids.request));
    if (!ids.trace.empty()) request += fmt::format("traceId={} spanId={} ", ids.trace, ids.span);
    return fmt::format(
        "{} [{}:{}] {} {}{}",
        time,
        base_name(line.where.file),
        line.where.line,
        name_of(line.level),
        request,
        escaped(line.message)
    );
}

std::string json_value(const decltype(Field::value)& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return json_string(*text);
    if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
    const double number = std::get<double>(value);
    return std::isfinite(number) ? fmt::format("{}", number) : "null";
}

std::string json_field(const Field& field) {
    const bool taken = std::ranges::find(kKeys, field.name) != kKeys.end();
    const std::string name = (taken ? "field_" : "") + std::string(field.name);
    return fmt::format(",{}:{}", json_string(name), json_value(field.value));
}

std::string json_line(std::string time, const Line& line) {
    time[10] = 'T';
    std::string request;
    if (!ids.request.empty())
        request += fmt::format(R"("requestId":{},)", json_string(ids.request));
    if (!ids.trace.empty()) {
        request += fmt::format(R"("traceId":"{}","spanId":"{}",)", ids.trace, ids.span);
    }
    std::string fields;
    for (const Field& field : line.fields) fields += json_field(field);
    return fmt::format(
        R"({{"time":"{}Z","level":"{}","source":{},{}"message":{}{}}})",
        time,
        name_of(line.level),
        json_string(fmt::format("{}:{}", base_name(line.where.file), line.where.line)),
        request,
        json_string(line.message),
        fields
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

std::string plain_line(const Line& line) {
    const bool warns = line.level >= Level::Warn;  // `error:` is the command's own
    return fmt::format("{}: {}", warns ? "warning" : "log", escaped(line.message));
}

std::string line_of(const Line& content) {
    if (format == Format::Plain) return plain_line(content);
    std::string time = format_database_time(std::chrono::system_clock::now());
    return format == Format::Json ? json_line(std::move(time), content)
                                  : text_line(std::move(time), content);
}

void show(const Line& content) {
    const std::string message = secrets::hidden(content.message);
    std::string line = line_of({content.level, message, content.fields, content.where});
    const std::lock_guard lock(output);
    if (sink) {
        sink(line);
    } else {
        to_standard_error(std::move(line));
    }
}

void show_if_enabled(const Line& line) {
    if (enabled(line.level)) show(line);
}

bool is_lower_hex(std::string_view text) {
    return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_zero(std::string_view text) {
    return text.find_first_not_of('0') == std::string_view::npos;
}

/// `version-trace-span-flags`. Later versions may add parts, `-` before them, but keep these four.
void read_traceparent(std::string_view text, RequestScope::Ids& result) {
    constexpr std::size_t kLength = 55;
    if (text.size() < kLength) return;
    const auto version = text.substr(0, 2);
    const auto trace = text.substr(3, 32);
    const auto span = text.substr(36, 16);
    const auto flags = text.substr(53, 2);
    if (text[2] != '-' || text[35] != '-' || text[52] != '-') return;
    if (text.size() > kLength && (version == "00" || text[kLength] != '-')) return;
    if (!is_lower_hex(version) || version == "ff" || !is_lower_hex(flags)) return;
    if (!is_lower_hex(trace) || is_zero(trace) || !is_lower_hex(span) || is_zero(span)) return;
    result.trace = trace;
    result.span = span;
}

RequestScope::Ids read_ids(std::string request_id, std::string_view traceparent) {
    RequestScope::Ids result{.request = std::move(request_id), .trace = {}, .span = {}};
    read_traceparent(traceparent, result);
    return result;
}

}  // namespace

void configure(Level level, Format new_format) {
    shown_from = level;
    format = new_format;
}

bool enabled(Level level) noexcept { return level >= shown_from; }

void debug(std::string_view message, const Fields& fields, Where where) {
    show_if_enabled({Level::Debug, message, fields, where});
}
void info(std::string_view message, const Fields& fields, Where where) {
    show_if_enabled({Level::Info, message, fields, where});
}
void warn(std::string_view message, const Fields& fields, Where where) {
    show_if_enabled({Level::Warn, message, fields, where});
}
void error(std::string_view message, const Fields& fields, Where where) {
    show_if_enabled({Level::Error, message, fields, where});
}
void debug(std::string_view message, Where where) { debug(message, kNoFields, where); }
void info(std::string_view message, Where where) { info(message, kNoFields, where); }
void warn(std::string_view message, Where where) { warn(message, kNoFields, where); }
void error(std::string_view message, Where where) { error(message, kNoFields, where); }
void answered(Level level, std::string_view message, const Fields& fields, Where where) {
    if (format != Format::Plain) show_if_enabled({level, message, fields, where});
}
void panic(std::string_view message, Where where) {
    show_if_enabled({Level::Panic, message, kNoFields, where});
}
void always(std::string_view message, Where where) {
    show({Level::Info, message, kNoFields, where});
}

RequestScope::RequestScope(std::string request_id, std::string_view traceparent)
    : previous_(std::exchange(ids, read_ids(std::move(request_id), traceparent))) {}
RequestScope::~RequestScope() { ids = std::move(previous_); }

void redirect(std::function<void(std::string_view line)> new_sink) {
    const std::lock_guard lock(output);
    sink = std::move(new_sink);
}

}  // namespace migrator::log
