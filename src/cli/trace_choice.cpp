#include "cli/trace_choice.hpp"

#include "core/duration.hpp"
#include "core/error.hpp"
#include "core/number.hpp"

namespace migrator::cli {
namespace {

template <typename Number>
std::optional<Number> positive(const std::string& text) {
    const auto number = parse_number<Number>(text);
    return number && *number > 0 ? number : std::nullopt;
}

std::optional<std::chrono::milliseconds> some_time(const std::string& text) {
    const auto time = parse_duration(text);
    return time && time->count() > 0 ? time : std::nullopt;
}

/// The option of something that limits traces of live tenants.
Option limit(TraceChoice& choice, Option option) {
    option.set = [&choice, set = std::move(option.set)](const std::string& value) {
        set(value);
        choice.has_limits = true;
    };
    return option;
}

}  // namespace

Options trace_options(TraceChoice& choice) {
    db::TraceRequest& request = choice.request;
    return {
        flag(
            "--scratch",
            request.scratch,
            "With --analyze: trace the files in a schema that is built and dropped again; MySQL, "
            "MariaDB: ask the server about empty copies of tables"
        ),
        word(
            "--scratch-source DATASOURCE",
            request.scratch_source,
            "The same in another database, which must be empty"
        ),
        words(
            "--on TENANT",
            request.on,
            "Trace on this live tenant, and roll back; repeatable, `*` matches any characters"
        ),
        limit(
            choice,
            parsed(
                "--sample N",
                request.sample,
                positive<std::size_t>,
                "a number from 1",
                "Of the tenants of --on, trace N of different sizes"
            )
        ),
        limit(
            choice,
            parsed(
                "--max-hold DURATION",
                request.max_hold,
                some_time,
                "a duration like 500ms, 2s",
                "Limit for each live tenant (default: 2s)"
            )
        ),
        limit(
            choice,
            parsed(
                "--max-bytes BYTES",
                request.max_bytes,
                positive<std::int64_t>,
                "a number from 1",
                "Rewrite no live table larger than this (default: 1073741824)"
            )
        )};
}

void check_trace_choice(const TraceChoice& choice, bool analyze) {
    const db::TraceRequest& request = choice.request;
    const auto refuse = [](const char* why) { throw Error(ErrorKind::InvalidRequest, why); };
    if (choice.has_limits && request.on.empty()) {
        refuse("--sample, --max-hold and --max-bytes need --on");
    }
    if (request.any() && !analyze) refuse("--scratch, --scratch-source and --on need --analyze");
    if (request.scratch && !request.scratch_source.empty()) {
        refuse("--scratch and --scratch-source exclude each other");
    }
}

}  // namespace migrator::cli
