#pragma once

#include <filesystem>
#include <string_view>

namespace migrator::cli {

/// Makes a file that does not exist yet, and the folder that it is in. Throws InvalidRequest, with
/// its name, when it exists, Unavailable when it can't be written.
void write_new_file(const std::filesystem::path& path, std::string_view contents);

/// Replaces the contents of a file that exists, in one step: nobody sees half of it. Where a link
/// leads, and the rights, stay. Throws Unavailable.
void replace_file(const std::filesystem::path& path, std::string_view contents);

}  // namespace migrator::cli
