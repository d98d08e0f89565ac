#pragma once

#include <cstddef>
#include <functional>

namespace migrator::db::servers {

/// Calls `work` for 0 up to `count`, in that order, up to `limit` at once, and returns when all
/// calls have ended. `work` may not throw; it is called from several threads.
void do_at_once(std::size_t count, std::size_t limit, const std::function<void(std::size_t)>& work);

}  // namespace migrator::db::servers
