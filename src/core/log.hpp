#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

/// Log lines on standard error, as `config.md` section 8 of the specification says:
/// `2026/11/22 12:04:02.469548 [server.go:82] INFO requestId=1795349042469497001 MESSAGE`.
/// All functions may be called from every thread. Never pass a secret or the contents of a file.
namespace migrator::log {

enum class Level : std::uint8_t { Debug, Info, Warn, Error, Panic };
enum class Format : std::uint8_t { Text, Json };

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

void debug(std::string_view message, Where where = Where::current());
void info(std::string_view message, Where where = Where::current());
void warn(std::string_view message, Where where = Where::current());
void error(std::string_view message, Where where = Where::current());
/// For a request that ended in 500 through a failure inside this program.
void panic(std::string_view message, Where where = Where::current());
/// Shown whatever the level is: the lines at start.
void always(std::string_view message, Where where = Where::current());

/// Puts `requestId=ID` into the lines that this thread logs while the object lives.
class RequestScope {
public:
    explicit RequestScope(std::string request_id);
    ~RequestScope();
    RequestScope(const RequestScope&) = delete;
    RequestScope& operator=(const RequestScope&) = delete;

private:
    std::string previous_;
};

/// For tests: lines go to `sink`, without the line break, instead of standard error; null restores
/// that. One call at a time; the sink must not log.
void redirect(std::function<void(std::string_view line)> sink);

}  // namespace migrator::log
