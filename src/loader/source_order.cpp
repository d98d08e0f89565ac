#include "loader/source_order.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

namespace migrator::loader {
namespace {

bool comes_before(const Migration& a, const Migration& b) {
    const int turn_a = kind_of(a.type).turn;
    const int turn_b = kind_of(b.type).turn;
    return turn_a != turn_b ? turn_a < turn_b : a.name < b.name;
}

}  // namespace

void sort_in_source_order(std::vector<Migration>& sources) {
    if (std::ranges::is_sorted(sources, comes_before)) return;
    // A Migration is five strings: it is moved once, not at each step of the sort.
    std::vector<std::size_t> order(sources.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
        return comes_before(sources[a], sources[b]);
    });
    std::vector<Migration> sorted;
    sorted.reserve(sources.size());
    for (const std::size_t i : order) sorted.push_back(std::move(sources[i]));
    sources = std::move(sorted);
}

}  // namespace migrator::loader
