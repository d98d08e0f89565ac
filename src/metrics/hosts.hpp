#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace migrator::metrics {

/// The values that the label `host` may take. A client sends what it likes as its host; each new
/// value would be a series that is kept for good.
class KnownHosts {
public:
    explicit KnownHosts(std::vector<std::string> hosts);

    /// The known host that `sent` is, in any case, first with its port and then without; else
    /// "other".
    std::string_view label_of(std::string_view sent) const;

private:
    const std::vector<std::string> hosts_;
};

}  // namespace migrator::metrics
