#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <string_view>

namespace migrator::analysis {

/// The only argument of a program that is to be a parser's child.
inline constexpr std::string_view kParserMode = "--postgresql-parser-child";

/// What such a program does: reads statements from the socket on standard input and answers there,
/// until it is closed. Returns the exit code.
int run_parser_child();

/// PostgreSQL's own parser (of version 15) in a child process, since some statements crash it. The
/// child is started when it is needed, and again after it has ended. One thread at a time.
class Parser {
public:
    /// `program`: does `run_parser_child` for `kParserMode`.
    explicit Parser(
        std::string program = "/proc/self/exe",
        std::chrono::milliseconds patience = std::chrono::seconds(10)
    )
        : program_(std::move(program)), patience_(patience) {}
    ~Parser() { end(); }
    Parser(const Parser&) = delete;
    Parser& operator=(const Parser&) = delete;

    struct Answer {
        std::string tree;     ///< as JSON; empty: it could not be read
        std::string why_not;  ///< then
    };
    /// One statement. Throws Internal when no child can be started.
    Answer parse(std::string_view statement);

private:
    void start();
    void end() noexcept;
    bool send(const char* bytes, std::size_t size) const;
    /// Whether all has come in time; `late`: the time was over.
    bool receive(
        char* bytes, std::size_t size, std::chrono::steady_clock::time_point until, bool& late
    ) const;

    const std::string program_;
    const std::chrono::milliseconds patience_;
    int socket_ = -1;
    pid_t child_ = -1;
};

}  // namespace migrator::analysis
