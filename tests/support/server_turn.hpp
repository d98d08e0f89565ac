#pragma once

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>

namespace migrator::test {

/// Keeps tests of other processes off one server, as long as it lives.
class ServerTurn {
public:
    explicit ServerTurn(const std::string& url) {
        const auto file = std::filesystem::temp_directory_path() /
                          ("migrator-test-" + std::to_string(std::hash<std::string>{}(url)));
        descriptor_ = open(file.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0666);
        if (descriptor_ < 0 || flock(descriptor_, LOCK_EX) != 0) {
            throw std::runtime_error("can't lock " + file.string());
        }
    }
    ~ServerTurn() { close(descriptor_); }
    ServerTurn(const ServerTurn&) = delete;
    ServerTurn& operator=(const ServerTurn&) = delete;

private:
    int descriptor_ = -1;
};

}  // namespace migrator::test
