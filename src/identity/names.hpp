#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/plan.hpp"
#include "identity/places.hpp"

namespace migrator::identity {

/// Tells what a recorded name means today.
class Names {
public:
    /// Each name means itself.
    Names() = default;
    /// `same`: base locations whose files are the source's, beside its own.
    Names(const Source& source, const std::vector<std::string>& same);

    struct Meaning {
        std::string today;  ///< name in the source; of a file that is not `Here`, its own
        Belonging belonging = Belonging::Here;
    };
    Meaning of(std::string_view recorded) const;

private:
    struct Prefix {
        std::string recorded;
        std::string today;
        bool is_directory = false;  ///< of the configuration
    };
    void add(std::string_view base);

    Source source_;
    std::vector<std::string> bases_;  ///< normalized
    std::vector<Prefix> prefixes_;    ///< the longest first
};

}  // namespace migrator::identity
