#include "db/servers/at_once.hpp"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace migrator::db::servers {

void do_at_once(
    std::size_t count, std::size_t limit, const std::function<void(std::size_t)>& work
) {
    std::atomic<std::size_t> next = 0;
    const auto take = [&] {
        for (std::size_t i = next++; i < count; i = next++) work(i);
    };
    std::vector<std::jthread> others;
    for (std::size_t i = 1; i < std::min(count, limit); ++i) others.emplace_back(take);
    take();
}

}  // namespace migrator::db::servers
