#include "http/request_id.hpp"

#include <algorithm>

#include "core/ascii.hpp"

namespace migrator::http {

namespace {

constexpr std::size_t kLongestId = 128;

bool is_id_character(char c) { return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-'; }

}  // namespace

std::string RequestIds::id_of(const Request& request, std::chrono::system_clock::time_point now) {
    const std::string_view given = request.header("X-Request-ID").value_or("");
    const bool usable = !given.empty() && given.size() <= kLongestId &&
                        std::all_of(given.begin(), given.end(), is_id_character);
    if (usable) return std::string(given);
    using std::chrono::nanoseconds;
    const std::int64_t time =
        std::chrono::duration_cast<nanoseconds>(now.time_since_epoch()).count();
    last_ = std::max(time, last_ + 1);
    return std::to_string(last_);
}

}  // namespace migrator::http
