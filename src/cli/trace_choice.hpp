#pragma once

#include <stop_token>

#include "cli/options.hpp"
#include "coordinator/inspection.hpp"

namespace migrator::cli {

/// What `plan --analyze` is to trace, by its options.
struct TraceChoice {
    db::TraceRequest request;
    bool has_limits = false;  ///< one of the options that mean nothing without `--on`
};

/// They fill in `choice`.
Options trace_options(TraceChoice& choice);

/// Throws InvalidRequest when the options don't go together.
void check_trace_choice(const TraceChoice& choice, bool analyze);

}  // namespace migrator::cli
