#pragma once

#include <string>
#include <vector>

#include "coordinator/options.hpp"
#include "core/error.hpp"
#include "core/plan.hpp"
#include "plan/findings.hpp"

namespace migrator::coordinator {

/// What a person has to know, or to decide, of a source that does not fit what is recorded.
struct SourceCheck {
    /// Why the run is refused, and what to do.
    struct Refusal {
        ErrorKind kind;
        std::string message;
    };
    std::vector<Refusal> refusals;
    std::vector<std::string> warnings;

    /// Throws the first refusal.
    void throw_if_refused() const;
};

/// `pending`: what is to run. Findings of files that are not in it refuse nothing.
SourceCheck check_source(
    const plan::Findings& findings, const Plan& pending, const Options& options
);

}  // namespace migrator::coordinator
