#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// Log lines on standard error, as docs/compatibility.md, "Log lines", says:
/// `2026/11/22 12:04:02.469548 [server.go:82] INFO requestId=1795349042469497001 MESSAGE`.
/// All functions may be called from every thread. Never pass a secret or the contents of a file; a
/// message that quotes a known secret all the same (`secrets.hpp`) is shown without it.
namespace migrator::log {

enum class Level : std::uint8_t { Debug, Info, Warn, Error, Panic };
/// Plain is for people at a command line, which shows errors itself: `warning: MESSAGE`, without
/// time and source.
enum class Format : std::uint8_t { Text, Json, Plain };

/// What is shown from now on. Before the first call: Info, Text.
void configure(Level level, Format format);
/// Whether a line of this level would be shown; for lines that are costly to make.
bool enabled(Level level) noexcept;

/// The line of code that logs. (clang 14 has no std::source_location.)
struct Where {
    const char* file;
    unsigned line;

    static constexpr Where current(
        const char* in_file = __builtin_FILE(), unsigned at_line = __builtin_LINE()
    ) {
        return {in_file, at_line};
    }
};

/// A fact of a line, for machines: `{"tenant", "acme"}`. The message says it too, in people's
/// words: fields are shown in the JSON format only, each as a key of its own after `message`. A
/// name that a line has already (`time`, `level`, …) is shown with `field_` before it.
struct Field {
    std::string_view name;  ///< "version", "tenant", "file", "duration" (seconds), …
    std::variant<std::string, std::int64_t, double> value;
};
using Fields = std::vector<Field>;

void debug(std::string_view message, const Fields& fields, Where where = Where::current());
void info(std::string_view message, const Fields& fields, Where where = Where::current());
void warn(std::string_view message, const Fields& fields, Where where = Where::current());
void error(std::string_view message, const Fields& fields, Where where = Where::current());

void debug(std::string_view message, Where where = Where::current());
void info(std::string_view message, Where where = Where::current());
void warn(std::string_view message, Where where = Where::current());
void error(std::string_view message, Where where = Where::current());
/// Of what is also in the answer to whoever asked for the work: not shown in the Plain format,
/// where both would stand in front of the same person.
void answered(
    Level level, std::string_view message, const Fields& fields = {}, Where where = Where::current()
);
/// For a request that ended in 500 through a failure inside this program.
void panic(std::string_view message, Where where = Where::current());
/// Shown whatever the level is: the lines at start.
void always(std::string_view message, Where where = Where::current());

/// Puts `requestId=ID` into the lines that this thread logs while the object lives, and, when the
/// client sent a valid W3C `traceparent` header (https://www.w3.org/TR/trace-context/), `traceId=…
/// spanId=…` after it. An empty id or one that is not valid leaves its part out.
class RequestScope {
public:
    explicit RequestScope(std::string request_id, std::string_view traceparent = {});
    ~RequestScope();
    RequestScope(const RequestScope&) = delete;
    RequestScope& operator=(const RequestScope&) = delete;

    /// What a line tells of a request; empty parts are left out.
    struct Ids {
        std::string request;
        std::string trace;
        std::string span;
    };

private:
    Ids previous_;
};

/// For tests: lines go to `sink`, without the line break, instead of standard error; null restores
/// that. One call at a time; the sink must not log.
void redirect(std::function<void(std::string_view line)> sink);

}  // namespace migrator::log
