#include "db/sqlite/pragmas.hpp"

#include <fmt/format.h>

#include <array>
#include <span>

#include "core/ascii.hpp"

namespace migrator::db::sqlite {
namespace {

using Names = std::span<const std::string_view>;

/// A value that SQLite takes for false.
bool is_off(std::string_view value) {
    constexpr std::array<std::string_view, 4> kOff = {"0", "off", "no", "false"};
    return is_one_of_ignoring_case(value, kOff);
}

/// Settings of the process or of the files that a script must not touch.
constexpr std::array<std::string_view, 5> kNotForScripts = {
    "locking_mode",          // would keep every reader out until the connection is closed
    "temp_store_directory",  // these are the whole process's
    "data_store_directory",
    "soft_heap_limit",
    "hard_heap_limit",
};

/// https://www.sqlite.org/pragma.html: "a no-op within a transaction", an error in one, or only
/// before the first table or a VACUUM.
constexpr std::array<std::string_view, 5> kOutsideTransaction = {
    "auto_vacuum", "foreign_keys", "journal_mode", "page_size", "synchronous"};

/// Settings of one file: without a schema they are the metadata file's, or all files'.
constexpr std::array<std::string_view, 11> kOfOneFile = {
    "application_id",
    "auto_vacuum",
    "default_cache_size",
    "incremental_vacuum",
    "journal_mode",
    "journal_size_limit",
    "max_page_count",
    "page_size",
    "schema_version",
    "synchronous",
    "user_version",
};

/// They work without a value, too.
constexpr std::array<std::string_view, 2> kWithoutValue = {"incremental_vacuum", "optimize"};

constexpr std::array<std::string_view, 18> kAboutAFile = {
    "application_id",
    "auto_vacuum",
    "foreign_key_check",
    "foreign_key_list",
    "freelist_count",
    "index_info",
    "index_list",
    "index_xinfo",
    "integrity_check",
    "journal_mode",
    "max_page_count",
    "page_count",
    "page_size",
    "quick_check",
    "schema_version",
    "table_info",
    "table_xinfo",
    "user_version",
};

}  // namespace

Refusal judge_pragma(const Pragma& pragma, bool in_transaction, std::string_view written) {
    const bool works_alone = is_one_of_ignoring_case(pragma.name, kWithoutValue);
    if (!pragma.value && !works_alone) return {};
    const std::string name = lower_case(pragma.name);
    if (is_one_of_ignoring_case(name, kNotForScripts)) {
        return {.why = "cannot be used in a file, because migrator sets " + name + "; remove it"};
    }
    if (name == "encoding") {
        return {
            .why =
                "has no effect, because every file has the text encoding of the metadata file; "
                "remove it"};
    }
    const bool is_as_it_is = name == "foreign_keys" && pragma.value && is_off(*pragma.value);
    if (in_transaction && is_one_of_ignoring_case(name, kOutsideTransaction) && !is_as_it_is) {
        return {.why = "has no effect inside a transaction", .wants_no_transaction = true};
    }
    if (!pragma.schema.empty() || !(works_alone || is_one_of_ignoring_case(name, kOfOneFile)))
        return {};
    return {
        .why = fmt::format(
            "does not name a schema, so it would change the metadata file{}; write pragma {}.{}",
            name == "journal_mode" || name == "optimize" ? " and all other files" : "",
            written,
            name
        )};
}

bool is_about_a_file(std::string_view pragma) {
    return is_one_of_ignoring_case(pragma, kAboutAFile);
}

bool may_have_no_effect(std::string_view pragma) {
    constexpr std::array<std::string_view, 3> kNames = {"auto_vacuum", "journal_mode", "page_size"};
    return is_one_of_ignoring_case(pragma, kNames);
}

bool is_value(std::string_view pragma, std::string_view value, std::string_view answer) {
    if (!equal_ignoring_case(pragma, "auto_vacuum")) return equal_ignoring_case(value, answer);
    constexpr std::array<std::string_view, 3> kModes = {"none", "full", "incremental"};
    for (std::size_t i = 0; i < kModes.size(); ++i) {
        if (equal_ignoring_case(value, kModes[i])) return answer == std::to_string(i);
    }
    return value == answer;
}

}  // namespace migrator::db::sqlite
