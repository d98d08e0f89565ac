#pragma once

#include <filesystem>
#include <memory>

#include "db/sql/session.hpp"

namespace migrator::db::sqlite {

/// One try to get the run lock: `flock` on the file `path`, which is made and never deleted (a
/// deleted one would let two runs hold locks on two files of one name). Null when another run has
/// it. Throws Unavailable when the file can't be opened or its file system can't lock.
///
/// The lock is this process's: it is free when the object is gone, at the latest when the process
/// has ended. A program that it starts does not inherit it, and a forked child neither frees it nor
/// keeps it when its parent lets it go. It can only be lost by somebody deleting or replacing the
/// file, which `lost` looks for; `notify`'s function is called from there.
std::unique_ptr<sql::RunLock> try_lock_file(const std::filesystem::path& path);

}  // namespace migrator::db::sqlite
