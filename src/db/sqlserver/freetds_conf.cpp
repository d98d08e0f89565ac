#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include "core/error.hpp"
#include "db/sqlserver/connection_string.hpp"

namespace migrator::db::sqlserver {
namespace {

[[noreturn]] void fail() {
    throw Error(
        ErrorKind::Unavailable,
        std::string("could not store the FreeTDS settings in memory: ") + std::strerror(errno)
    );
}

}  // namespace

// The driver opens what the variable names for each connection. A file on a disk could be missing
// or read-only; one in memory needs no place and leaves nothing behind. It stays open for good.
void give_to_freetds(const std::string& conf) {
    const int file = memfd_create("migrator-freetds-conf", MFD_CLOEXEC);
    if (file < 0) fail();
    for (std::size_t written = 0; written < conf.size();) {
        const ssize_t count = write(file, conf.data() + written, conf.size() - written);
        if (count < 0) fail();
        written += static_cast<std::size_t>(count);
    }
    const std::string path = "/proc/self/fd/" + std::to_string(file);
    if (setenv("FREETDSCONF", path.c_str(), 1) != 0) fail();
}

}  // namespace migrator::db::sqlserver
