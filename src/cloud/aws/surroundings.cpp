#include "cloud/aws/surroundings.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <mutex>
#include <random>
#include <system_error>
#include <thread>

#include "cloud/aws/process.hpp"
#include "core/ascii.hpp"
#include "core/error.hpp"
#include "core/file_descriptor.hpp"

namespace migrator::cloud::aws {
namespace {

/// Nothing here is longer; a wrong path such as /dev/zero would have no end.
constexpr std::size_t kFileLimit = 1'048'576;

std::string home_in_passwd() {
    passwd entry{};
    passwd* found = nullptr;
    std::array<char, 16'384> texts{};
    if (::getpwuid_r(::getuid(), &entry, texts.data(), texts.size(), &found) != 0) return {};
    return found == nullptr || found->pw_dir == nullptr ? std::string() : found->pw_dir;
}

std::optional<std::string> real_variable(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    std::string text = value == nullptr ? std::string() : value;
    if (text.empty() && name == "HOME") text = home_in_passwd();
    if (text.empty()) return std::nullopt;
    return text;
}

[[noreturn]] void refuse_file(const std::string& path, const std::string& why) {
    throw Error(ErrorKind::Configuration, fmt::format("could not read {}: {}", path, why));
}

std::optional<std::string> real_file(const std::string& path) {
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.number() < 0) {
        if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
        refuse_file(path, std::generic_category().message(errno));
    }
    std::string text;
    std::array<char, 8'192> piece{};
    while (true) {
        const ssize_t length = ::read(file.number(), piece.data(), piece.size());
        if (length == 0) return text;
        if (length < 0 && errno == EINTR) continue;
        if (length < 0) refuse_file(path, std::generic_category().message(errno));
        text.append(piece.data(), static_cast<std::size_t>(length));
        if (text.size() > kFileLimit) refuse_file(path, "the file is larger than 1 MiB");
    }
}

double real_random() {
    static std::mutex mutex;
    static std::mt19937_64 engine{std::random_device{}()};
    const std::lock_guard lock(mutex);
    return std::uniform_real_distribution<double>(0.0, 1.0)(engine);
}

}  // namespace

Surroundings system_surroundings() {
    return {
        .environment = real_variable,
        .read_file = real_file,
        .run = [](const std::string& command) { return run_command(command, ProcessLimits{}); },
        .clock = [] { return std::chrono::system_clock::now(); },
        .sleep = [](std::chrono::milliseconds time) { std::this_thread::sleep_for(time); },
        .random = real_random,
        .open_transport = [] { return http_client::make_transport(); }};
}

std::string variable(const Surroundings& surroundings, const std::string& name) {
    return surroundings.environment(name).value_or(std::string());
}

bool is_switched_on(const Surroundings& surroundings, const std::string& name) {
    return equal_ignoring_case(variable(surroundings, name), "true");
}

}  // namespace migrator::cloud::aws
