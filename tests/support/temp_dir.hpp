#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace migrator::test {

/// A new folder of its own in the system's temporary folder, removed with its contents at the end.
class TempDir {
public:
    TempDir();
    ~TempDir();
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;

    const std::filesystem::path& path() const { return path_; }
    /// Writes a file below the folder, with the folders it needs; returns its full path.
    std::filesystem::path write(const std::string& relative, std::string_view contents) const;

private:
    std::filesystem::path path_;
};

}  // namespace migrator::test
