#include "core/masking.hpp"

#include <string>

#include "core/ascii.hpp"

namespace migrator {
namespace {

constexpr auto kNone = std::string_view::npos;

bool has_valid_port(std::string_view port) {
    if (!consists_of(port, "0123456789") || port.size() > 5) return false;
    return port.size() < 5 || port <= "65535";
}

}  // namespace

bool is_host_and_port(std::string_view text) {
    std::string_view host = text.substr(0, text.rfind(':'));
    if (text.starts_with('[')) {
        const auto close = text.find(']');
        if (close == kNone ||
            !consists_of(text.substr(1, close - 1), "0123456789abcdefABCDEF:.%")) {
            return false;
        }
        host = text.substr(0, close + 1);
    } else if (!host.empty() && !consists_of(host, std::string(kLettersAndDigits) + "._%-")) {
        return false;
    }
    const std::string_view rest = text.substr(host.size());
    return rest.empty() || (rest.starts_with(':') && has_valid_port(rest.substr(1)));
}

}  // namespace migrator
