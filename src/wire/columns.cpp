#include "wire/columns.hpp"

#include "core/utf8.hpp"

namespace migrator::wire {

namespace json = boost::json;

json::string text(std::string_view bytes) {
    if (is_valid_utf8(bytes)) return json::string(bytes.data(), bytes.size());
    const std::string valid = to_valid_utf8(bytes);
    return json::string(valid.data(), valid.size());
}

json::value text_or_null(std::string_view bytes) {
    return bytes.empty() ? json::value(nullptr) : json::value(text(bytes));
}

json::array texts(const std::vector<std::string>& all) {
    json::array array;
    array.reserve(all.size());
    for (const std::string& each : all) array.emplace_back(text(each));
    return array;
}

}  // namespace migrator::wire
