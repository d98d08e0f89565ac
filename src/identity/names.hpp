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
    Belonging belonging_of(std::string_view recorded) const;
    /// False: each name means itself, also those that belong elsewhere.
    bool rename() const { return rename_; }

private:
    struct Prefix {
        std::string recorded;
        std::string today;
        bool is_directory = false;  ///< of the configuration
    };
    void add(std::string_view base);
    /// Null: the file belongs elsewhere.
    const Prefix* prefix_of(std::string_view recorded) const;
    Belonging belonging_of(std::string_view recorded, const Prefix* prefix) const;

    Source source_;
    bool rename_ = false;
    std::vector<std::string> bases_;  ///< normalized
    std::vector<Prefix> prefixes_;    ///< the longest first
};

}  // namespace migrator::identity
