#include "cli/next_name.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/error.hpp"
#include "core/file_number.hpp"

namespace migrator::cli {
namespace {

[[noreturn]] void refuse_to_number(const std::string& message) {
    throw Error(ErrorKind::InvalidRequest, message);
}

std::uint64_t number_of(const std::string& digits) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc()) refuse_to_number(fmt::format("the number {} is too large", digits));
    return number;
}

std::string digits_of(const FileNumber& number) {
    std::string digits;
    for (const auto& part : number.parts) digits += part;
    return digits;
}

/// A point in time that a name can hold: a day, a minute or a second.
struct Stamp {
    std::size_t length;
    const char* format;
    std::chrono::seconds unit;
};
constexpr Stamp kStamps[] = {
    {8, "{:%Y%m%d}", std::chrono::hours(24)},
    {12, "{:%Y%m%d%H%M}", std::chrono::minutes(1)},
    {14, "{:%Y%m%d%H%M%S}", std::chrono::seconds(1)}};

/// Null when `number` is no point in time.
const Stamp* stamp_of(const FileNumber& number) {
    if (!number.prefix.empty()) return nullptr;
    if (number.parts.size() != 1 && number.separator != '_') return nullptr;
    const std::string digits = digits_of(number);
    const auto stamp = std::ranges::find(kStamps, digits.size(), &Stamp::length);
    if (stamp == std::end(kStamps)) return nullptr;
    const auto part = [&](std::size_t from, std::size_t length) {
        return from < digits.size() ? number_of(digits.substr(from, length)) : 0;
    };
    const auto year = part(0, 4);
    const auto month = part(4, 2);
    const auto day = part(6, 2);
    const bool is_date =
        year >= 1990 && year < 2200 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
    return is_date && part(8, 2) < 24 && part(10, 2) < 60 && part(12, 2) < 60 ? stamp : nullptr;
}

std::chrono::sys_seconds time_of(const std::string& digits) {
    const auto part = [&](std::size_t from, std::size_t length) {
        return from < digits.size() ? static_cast<unsigned>(number_of(digits.substr(from, length)))
                                    : 0;
    };
    const auto day = std::chrono::sys_days(
        std::chrono::year(static_cast<int>(part(0, 4))) / std::chrono::month(part(4, 2)) /
        std::chrono::day(part(6, 2))
    );
    return day + std::chrono::hours(part(8, 2)) + std::chrono::minutes(part(10, 2)) +
           std::chrono::seconds(part(12, 2));
}

/// In which manner names are numbered; two names with equal manners belong together.
struct Manner {
    std::string prefix;
    std::size_t stamp_length = 0;  ///< 0: no point in time
    bool has_parts = false;
    bool operator==(const Manner&) const = default;
};

Manner manner_of(const FileNumber& number) {
    const Stamp* stamp = stamp_of(number);
    Manner manner{.prefix = number.prefix, .has_parts = number.parts.size() > 1};
    if (stamp != nullptr) manner.stamp_length = stamp->length;
    return manner;
}

bool has_zero_in_front(const FileNumber& number) {
    return number.parts.front().size() > 1 && number.parts.front().starts_with('0');
}

/// The numbers of `names`. Throws when they are not all numbered in one manner.
std::vector<FileNumber> numbers_of(const std::vector<std::string>& names) {
    std::vector<FileNumber> numbers;
    const auto cannot_tell = [&](const std::string& other) {
        refuse_to_number(fmt::format(
            "cannot continue the numbering of the folder: {} and {} are numbered differently; name "
            "the new file yourself",
            names.front(),
            other
        ));
    };
    for (const auto& name : names) {
        auto number = file_number(name);
        if (!number && names.size() == 1) {
            refuse_to_number(fmt::format(
                "cannot continue the numbering of the folder: {} does not begin with a number; "
                "name the new file yourself",
                name
            ));
        }
        if (!number) cannot_tell(name);
        numbers.push_back(*std::move(number));
    }
    const bool padded = std::ranges::any_of(numbers, has_zero_in_front);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        auto manner = manner_of(numbers[i]);
        auto first = manner_of(numbers.front());
        // V1 and V1.1 go together.
        if (!manner.prefix.empty()) manner.has_parts = first.has_parts;
        const bool same_width =
            !padded || numbers[i].parts.front().size() == numbers.front().parts.front().size();
        if (manner != first || !same_width) cannot_tell(names[i]);
    }
    return numbers;
}

/// For a folder that has no file yet: one to be like, if the first elsewhere has a number.
std::vector<FileNumber> numbers_of_first(const std::vector<std::string>& names) {
    if (names.empty()) return {};
    const auto number = file_number(names.front());
    return number ? std::vector{*number} : std::vector<FileNumber>{};
}

/// 1, or what lies between any two neighbours.
std::uint64_t step_of(std::vector<FileNumber> numbers) {
    std::ranges::sort(numbers, [](const auto& a, const auto& b) { return compare(a, b) < 0; });
    std::optional<std::uint64_t> step;
    for (std::size_t i = 1; i < numbers.size(); ++i) {
        const auto gap =
            number_of(numbers[i].parts.back()) - number_of(numbers[i - 1].parts.back());
        if (gap == 0) continue;
        if (numbers[i].parts.size() > 1 || (step && *step != gap)) return 1;
        step = gap;
    }
    return step && numbers.size() > 2 ? *step : 1;
}

FileNumber behind(const FileNumber& last, std::uint64_t step, TimePoint now) {
    FileNumber next = last;
    if (const Stamp* stamp = stamp_of(last)) {
        const auto earliest = time_of(digits_of(last)) + stamp->unit;
        const auto time = std::max(earliest, std::chrono::floor<std::chrono::seconds>(now));
        const auto seconds = std::chrono::system_clock::to_time_t(time);
        const auto text = fmt::format(fmt::runtime(stamp->format), fmt::gmtime(seconds));
        std::size_t at = 0;
        for (auto& part : next.parts) {
            part = text.substr(at, part.size());
            at += part.size();
        }
        return next;
    }
    auto& part = next.parts.back();
    part = fmt::format("{:0{}}", number_of(part) + step, part.starts_with('0') ? part.size() : 0);
    return next;
}

/// "__" of "__orders.sql".
std::string separator_of(const FileNumber& number) {
    const auto end = std::min(number.rest.find_first_not_of("_- "), number.rest.size());
    if (end > 0) return number.rest.substr(0, end);
    return number.prefix.empty() ? "_" : "__";
}

std::string extension_of(const FileNumber& number) {
    const auto dot = number.rest.rfind('.');
    return dot == std::string::npos ? "" : number.rest.substr(dot);
}

}  // namespace

NextName next_name(
    const std::vector<std::string>& in_folder,
    const std::vector<std::string>& elsewhere,
    std::string_view title,
    TimePoint now
) {
    auto numbers = numbers_of(in_folder);
    if (numbers.empty()) numbers = numbers_of_first(elsewhere);
    NextName result;
    if (numbers.empty()) {
        result.name = fmt::format("0001_{}.sql", title);
    } else {
        const auto manner = manner_of(numbers.front());
        const auto width = numbers.front().parts.front().size();
        const bool padded = std::ranges::any_of(numbers, has_zero_in_front);
        for (const auto& name : elsewhere) {
            auto number = file_number(name);
            if (!number || manner_of(*number) != manner) continue;
            if (padded && number->parts.front().size() != width) continue;
            numbers.push_back(*std::move(number));
        }
        const auto last = *std::ranges::max_element(numbers, [](const auto& a, const auto& b) {
            return compare(a, b) < 0;
        });
        const auto next = behind(last, step_of(numbers), now);
        result.name =
            fmt::format("{}{}{}{}", next.text(), separator_of(last), title, extension_of(last));
    }
    for (const auto& name : in_folder) {
        if (name < result.name) continue;
        refuse_to_number(fmt::format(
            "the next file, {}, would run before {}: names are compared as text, not as numbers; "
            "name the new file yourself",
            result.name,
            name
        ));
    }
    for (const auto& name : elsewhere) {
        if (name >= result.name && result.runs_before.empty()) result.runs_before = name;
    }
    return result;
}

}  // namespace migrator::cli
