#include "cli/options.hpp"

namespace migrator::cli {

std::string_view Option::value() const {
    if (!has_name()) return spelling;
    const auto blank = spelling.rfind(' ');
    if (blank == std::string_view::npos || spelling[blank + 1] == '-') return {};
    return spelling.substr(blank + 1);
}

std::vector<std::string_view> Option::names() const {
    std::vector<std::string_view> names;
    for (std::size_t at = 0; has_name() && at < spelling.size() && spelling[at] == '-';) {
        const auto end = std::min(spelling.find_first_of(", ", at), spelling.size());
        names.push_back(spelling.substr(at, end - at));
        at = std::min(spelling.find_first_not_of(", ", end), spelling.size());
    }
    if (!alias.empty()) names.push_back(alias);
    return names;
}

std::string_view Option::name() const {
    if (!has_name()) return spelling;
    for (const auto name : names()) {
        if (name.starts_with("--")) return name;
    }
    return spelling;
}

Option flag(std::string_view spelling, bool& target, std::string_view text) {
    return {spelling, text, [spelling, &target](const std::string& value) {
                if (value != "true" && value != "false") {
                    refuse_value(spelling, value, "true or false");
                }
                target = value == "true";
            }};
}

Option word(std::string_view spelling, std::string& target, std::string_view text) {
    return {spelling, text, [&target](const std::string& value) { target = value; }};
}

Option word(std::string_view spelling, std::optional<std::string>& target, std::string_view text) {
    return {spelling, text, [&target](const std::string& value) { target = value; }};
}

Option words(std::string_view spelling, std::vector<std::string>& target, std::string_view text) {
    return {
        .spelling = spelling,
        .text = text,
        .set = [&target](const std::string& value) { target.push_back(value); },
        .repeats = true};
}

Option required(Option option) {
    option.required = true;
    return option;
}

Option reconcile_option(bool& target) {
    return flag("--reconcile", target, "Apply every missing file to every tenant");
}

Option exit_code_option(bool& target) {
    return flag("--exit-code", target, "Exit with 3 if migrations are pending");
}

void refuse_value(std::string_view spelling, std::string_view value, std::string_view wanted) {
    const Option option{spelling, {}, {}};
    const auto where = option.has_name() ? fmt::format("{}: ", option.name()) : "";
    throw Error(ErrorKind::InvalidRequest, fmt::format("{}'{}' is not {}", where, value, wanted));
}

}  // namespace migrator::cli
