#include "loader/nested_files.hpp"

#include <fmt/format.h>

#include "core/count_of.hpp"
#include "core/error.hpp"
#include "core/path.hpp"

namespace migrator::loader {

void NestedFiles::add(const std::string& file) {
    if (count_++ == 0) first_ = file;
}

void NestedFiles::judge(const std::string& location, Report& report) const {
    if (count_ == 0) return;
    if (wish_ == Nested::Refuse) {
        throw Error(
            ErrorKind::Configuration,
            fmt::format(
                "{} in folders below {}, the first: {}; nested: refuse does not allow that. Move "
                "{} into a configured directory, or set nested to run or ignore",
                count_of(count_, "file is", "files are"),
                location,
                first_,
                count_ == 1 ? "it" : "them"
            )
        );
    }
    if (!is_by_default_) return;
    std::string outcome = is_cut_off_ ? "at least " : "";
    outcome += count_of(count_, "file", "files") + " in folders below it ";
    outcome += count_ == 1 ? "is " : "are ";
    outcome += are_run() ? "run" : "not run";
    std::string schema;
    if (are_run() && !is_for_tenants(type_)) {
        schema = fmt::format(" (in schema {})", schema_of_directory(directory_of(first_)));
    }
    report.warnings.push_back(
        {location,
         fmt::format(
             "{}, the first: {}{}; set nested: {} to keep it so without this warning, nested: {} "
             "to change it, or nested: refuse",
             outcome,
             first_,
             schema,
             are_run() ? "run" : "ignore",
             are_run() ? "ignore" : "run"
         )}
    );
}

}  // namespace migrator::loader
