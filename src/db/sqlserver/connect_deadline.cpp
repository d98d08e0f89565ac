#include "db/sqlserver/connect_deadline.hpp"

#include <dirent.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <charconv>
#include <memory>
#include <string_view>

#include "core/freed_by.hpp"

namespace migrator::db::sqlserver {
namespace {

/// Drivers may try again.
constexpr std::chrono::milliseconds kAgain{100};

std::mutex one_at_a_time;

/// Of the other end; 0 when there is none.
std::uint16_t peer_port(int file) {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    if (getpeername(file, reinterpret_cast<sockaddr*>(&peer), &size) != 0) return 0;
    if (peer.ss_family == AF_INET) return ntohs(reinterpret_cast<sockaddr_in&>(peer).sin_port);
    if (peer.ss_family == AF_INET6) return ntohs(reinterpret_cast<sockaddr_in6&>(peer).sin6_port);
    return 0;
}

/// Calls `see` with file and inode of each socket of this process that is connected to `port`.
void for_each_socket(std::uint16_t port, const auto& see) {
    const std::unique_ptr<DIR, FreedBy<closedir>> folder(opendir("/proc/self/fd"));
    if (!folder) return;
    while (const dirent* entry = readdir(folder.get())) {
        const std::string_view name = entry->d_name;
        int file = -1;
        std::from_chars(name.data(), name.data() + name.size(), file);
        struct stat facts {};
        if (file < 0 || peer_port(file) != port || fstat(file, &facts) != 0) continue;
        see(file, static_cast<std::uint64_t>(facts.st_ino));
    }
}

}  // namespace

ConnectDeadline::ConnectDeadline(std::uint16_t port, std::chrono::milliseconds limit)
    : alone_(one_at_a_time), port_(port), at_(std::chrono::steady_clock::now() + limit) {
    for_each_socket(port_, [&](int, std::uint64_t inode) { before_.insert(inode); });
    watcher_ = std::jthread([this](const std::stop_token& over) { watch(over); });
}

bool ConnectDeadline::end() {
    watcher_.request_stop();
    watcher_.join();
    return passed_;
}

void ConnectDeadline::watch(const std::stop_token& over) {
    const auto is_over = [&] { return over.stop_requested(); };
    std::unique_lock lock(mutex_);
    if (ended_.wait_until(lock, over, at_, is_over) || is_over()) return;
    passed_ = true;
    do {
        for_each_socket(port_, [&](int file, std::uint64_t inode) {
            if (!before_.contains(inode)) shutdown(file, SHUT_RDWR);
        });
    } while (!ended_.wait_for(lock, over, kAgain, is_over) && !is_over());
}

}  // namespace migrator::db::sqlserver
