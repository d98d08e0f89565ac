#pragma once

#include <unistd.h>

namespace migrator {

/// An open file, closed at the end of its life. One that is negative is none, as `open` fails.
class FileDescriptor {
public:
    explicit FileDescriptor(int number) : number_(number) {}
    ~FileDescriptor() {
        if (number_ >= 0) ::close(number_);
    }
    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;

    int number() const noexcept { return number_; }

private:
    const int number_;
};

}  // namespace migrator
