#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <string_view>

#include "core/ascii.hpp"
#include "core/json_text.hpp"
#include "notifier/notifier.hpp"
#include "wire/runs.hpp"

namespace migrator::notifier {
namespace {

struct Field {
    std::string name;
    std::string value;
    bool is_text = false;
    bool is_shown = true;  ///< in the JSON; a placeholder may name it in any case

    std::string json() const { return is_text ? fmt::format("\"{}\"", value) : value; }
};
using Fields = std::vector<Field>;

/// Seconds as a JSON number, all nanoseconds of it, never with an exponent.
std::string seconds(std::chrono::nanoseconds duration) {
    constexpr std::int64_t kSecond = 1'000'000'000;
    const std::int64_t count = std::max<std::int64_t>(duration.count(), 0);
    std::string text = fmt::format("{}.{:09}", count / kSecond, count % kSecond);
    text.resize(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    return text;
}

/// The duration in seconds, all else as REST v1 shows it. No value needs escapes in JSON.
Fields fields_of(const Summary& summary) {
    Fields fields;
    for (const wire::Column<Summary>& column : wire::summary_columns()) {
        const boost::json::value value = column.value(summary);
        Field field{.name = column.name, .is_text = value.is_string()};
        field.is_shown = !value.is_null();
        if (column.name == "duration") {
            field.value = seconds(summary.duration);
        } else if (field.is_text) {
            field.value = std::string(value.get_string());
        } else {
            field.value = field.is_shown ? boost::json::serialize(value) : "0";
        }
        fields.push_back(std::move(field));
    }
    fields.push_back(
        {.name = "auditHead",
         .value = summary.audit_head,
         .is_text = true,
         .is_shown = !summary.audit_head.empty()}
    );
    return fields;
}

/// As Go's MarshalIndent prints it.
std::string indented(const Fields& fields) {
    std::string result = "{";
    for (const Field& field : fields) {
        if (!field.is_shown) continue;
        result += fmt::format("\n    \"{}\": {},", field.name, field.json());
    }
    result.back() = '\n';  // in place of the last comma
    return result + "}";
}

std::string compact(const Fields& fields) {
    std::string result = "{";
    for (const Field& field : fields) {
        if (!field.is_shown) continue;
        result += fmt::format("\"{}\":{},", field.name, field.json());
    }
    result.back() = '}';
    return result;
}

std::string value_of(const Fields& fields, std::string_view name) {
    const auto field = std::ranges::find(fields, name, &Field::name);
    return field == fields.end() ? "" : field->value;
}

bool is_letters(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, is_letter);
}

}  // namespace

std::string webhook_body(const Summary& summary, const std::string& body_template) {
    constexpr std::string_view kStart = "${summary";
    const Fields fields = fields_of(summary);
    if (body_template.empty()) return indented(fields);

    std::string result;
    std::string_view rest = body_template;
    for (auto at = rest.find(kStart); at != std::string_view::npos; at = rest.find(kStart)) {
        result += rest.substr(0, at);
        rest.remove_prefix(at + kStart.size());
        const auto end = rest.find('}');
        const std::string_view what = rest.substr(0, end);
        if (end == 0) {
            append_json_escaped(result, compact(fields));
        } else if (end != std::string_view::npos && what[0] == '.' && is_letters(what.substr(1))) {
            result += value_of(fields, what.substr(1));
        } else {
            result += kStart;  // no placeholder: it stays as it is
            continue;
        }
        rest.remove_prefix(end + 1);
    }
    return result + std::string(rest);
}

}  // namespace migrator::notifier
