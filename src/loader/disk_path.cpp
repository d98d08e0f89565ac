#include "loader/disk_path.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>

#include "core/error.hpp"
#include "core/freed_by.hpp"
#include "core/path.hpp"
#include "loader/system_error.hpp"

namespace migrator::loader {

std::string absolute_location(const std::string& location) {
    if (location.starts_with('/')) return cleaned(location);
    // Gives $PWD when that is the working directory, links kept, as the Go program's library does:
    // the path is part of every file's identity. A relative $PWD is not asked for, though.
    using Name = std::unique_ptr<char, FreedBy<::free>>;
    Name name(::get_current_dir_name());
    if (name != nullptr && name.get()[0] != '/') name.reset(::getcwd(nullptr, 0));
    if (name == nullptr) {
        throw Error(
            ErrorKind::Unavailable,
            "Could not convert baseLocation to absolute path: getwd: " + system_error(errno)
        );
    }
    return cleaned(std::string(name.get()) + '/' + location);
}

}  // namespace migrator::loader
