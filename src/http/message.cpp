#include "http/message.hpp"

#include "core/ascii.hpp"
#include "http/text.hpp"

namespace migrator::http {

std::optional<std::string_view> Request::header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
        if (equal_ignoring_case(key, name)) return value;
    }
    return std::nullopt;
}

}  // namespace migrator::http
