#pragma once

#include <fmt/format.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"

namespace migrator::cli {

/// One option of a command, as help shows it and as the command line fills it in. All that can be
/// read from the spelling is read from there: "-q, --quiet" is a flag, "--name NAME" has a value,
/// "--resume-at-statement [N]" may have one. "FILE" and "[ID]" are arguments without a name, the
/// second of them may be missing.
struct Option {
    std::string_view spelling;
    std::string_view text;
    /// Takes what was given: of a flag "true" or "false", of a value that is left out nothing.
    /// Throws InvalidRequest.
    std::function<void(const std::string& value)> set;
    bool repeats = false;
    bool required = false;                       ///< of an option with a name
    std::string_view alias = {};                 ///< a spelling that help doesn't show
    std::vector<std::string_view> choices = {};  ///< values worth completing

    bool has_name() const { return spelling.starts_with('-'); }
    bool takes_value() const { return !value().empty(); }
    bool value_is_optional() const { return value().starts_with('['); }
    /// "NAME", "[N]", or nothing.
    std::string_view value() const;
    /// "-q", "--quiet", and the alias.
    std::vector<std::string_view> names() const;
    /// What errors call it: "--quiet", "FILE".
    std::string_view name() const;
};

using Options = std::vector<Option>;

Option flag(std::string_view spelling, bool& target, std::string_view text);
Option word(std::string_view spelling, std::string& target, std::string_view text = {});
Option word(std::string_view spelling, std::optional<std::string>& target, std::string_view text);
/// Repeatable.
Option words(std::string_view spelling, std::vector<std::string>& target, std::string_view text);

/// The same option, which can't be left out.
Option required(Option option);

// Options of several commands.
Option reconcile_option(bool& target);
Option exit_code_option(bool& target);

/// "--canary: '5%' is not a number of tenants".
[[noreturn]] void refuse_value(
    std::string_view spelling, std::string_view value, std::string_view wanted
);

/// A value that `parse` reads; it returns nothing for text that is not `wanted` ("a number").
template <typename Target, typename Parse>
Option parsed(
    std::string_view spelling,
    Target& target,
    Parse parse,
    std::string_view wanted,
    std::string_view text = {}
) {
    return {spelling, text, [=, &target](const std::string& value) {
                auto read = parse(value);
                if (!read) refuse_value(spelling, value, wanted);
                target = *std::move(read);
            }};
}

}  // namespace migrator::cli
