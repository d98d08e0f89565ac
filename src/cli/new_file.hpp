#pragma once

#include <filesystem>
#include <string_view>

namespace migrator::cli {

/// Makes a file that does not exist yet, and the folder that it is in. Throws InvalidRequest, with
/// its name, when it exists, Unavailable when it can't be written.
void write_new_file(const std::filesystem::path& path, std::string_view contents);

}  // namespace migrator::cli
