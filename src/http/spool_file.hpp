#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace migrator::http {

/// A file without a name, for this process alone: it is gone as soon as it is closed.
class UnlinkedFile {
public:
    /// Throws Unavailable that names `directory`.
    static UnlinkedFile in(const std::string& directory);
    /// The same for file systems that can't open a file without a name: it has one for a moment.
    static UnlinkedFile by_unlinking(const std::string& directory);

    /// Takes a descriptor over. `directory` is for messages.
    UnlinkedFile(int descriptor, std::string directory);
    UnlinkedFile(UnlinkedFile&& other) noexcept;
    UnlinkedFile& operator=(UnlinkedFile&&) = delete;
    ~UnlinkedFile();

    /// Throws Unavailable that names the directory, "no space left on device" for example.
    void write(std::size_t offset, std::string_view bytes) const;
    /// Fewer bytes only at the end. Throws Unavailable that names the directory.
    std::size_t read(std::size_t offset, char* bytes, std::size_t length) const;
    /// Gives the room after the first `size` bytes back. Their contents don't matter any more, so
    /// neither does a failure.
    void truncate(std::size_t size) const noexcept;

private:
    int descriptor_;
    std::string directory_;
};

/// The part of an answer that is in a file. Short texts are gathered before they are written.
class SpoolFile {
public:
    explicit SpoolFile(UnlinkedFile file) : file_(std::move(file)) {}

    /// As `UnlinkedFile::write`; after a failure nothing of `text` is there.
    void append(std::string_view text);
    std::size_t size() const { return written_ + gathered_.size(); }
    void cut(std::size_t size) noexcept;
    /// As `UnlinkedFile::read`. Writes what was gathered, which can fail as well.
    std::size_t read(std::size_t offset, char* bytes, std::size_t length);

private:
    void write_gathered();

    UnlinkedFile file_;
    std::size_t written_ = 0;
    std::string gathered_;
};

}  // namespace migrator::http
