#pragma once

#include <string>
#include <utility>
#include <vector>

namespace migrator::notifier {

/// Everything a Notifier is told. Made by `config`, constant afterwards.
struct Options {
    std::string url;  ///< a secret, as the headers are; empty: nobody is notified
    std::vector<std::pair<std::string, std::string>> headers;  ///< names are unique
    std::string body_template;                                 ///< empty: the summary itself
};

}  // namespace migrator::notifier
