#include "metrics/process.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>

namespace migrator::metrics {

namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

/// The fields of /proc/self/stat that are of use here (proc(5)).
struct Stat {
    double user_ticks = 0;
    double system_ticks = 0;
    double start_ticks = 0;  ///< since the system's start
    double virtual_bytes = 0;
    double resident_pages = 0;
};

std::optional<Stat> read_stat() {
    std::ifstream file("/proc/self/stat");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    // The second field is the program's name, which may hold blanks and parentheses.
    const std::size_t name_end = text.rfind(')');
    if (name_end == std::string::npos) return std::nullopt;
    std::istringstream fields(text.substr(name_end + 1));
    std::string state;
    fields >> state;
    Stat stat;
    constexpr int kFirst = 4;
    constexpr int kLast = 24;
    for (int number = kFirst; number <= kLast; ++number) {
        double value = 0;
        if (!(fields >> value)) return std::nullopt;
        if (number == 14) stat.user_ticks = value;
        if (number == 15) stat.system_ticks = value;
        if (number == 22) stat.start_ticks = value;
        if (number == 23) stat.virtual_bytes = value;
        if (number == 24) stat.resident_pages = value;
    }
    return stat;
}

/// When the system was started, as Unix time in seconds.
std::optional<double> read_boot_time() {
    std::ifstream file("/proc/stat");
    std::string word;
    while (file >> word) {
        double seconds = 0;
        if (word == "btime" && file >> seconds) return seconds;
    }
    return std::nullopt;
}

std::optional<double> count_open_files() {
    std::error_code error;
    std::filesystem::directory_iterator entries("/proc/self/fd", error);
    double count = 0;
    while (!error && entries != std::filesystem::directory_iterator()) {
        ++count;
        entries.increment(error);
    }
    if (error || count == 0) return std::nullopt;
    return count - 1;  // without the one that the listing itself needs
}

void add(
    std::vector<MetricFamily>& families,
    MetricType type,
    const char* name,
    const char* help,
    double value
) {
    prometheus::ClientMetric metric;
    (type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
    families.push_back({name, help, type, {metric}});
}

void add_stat(std::vector<MetricFamily>& families, const Stat& stat) {
    const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
    add(families,
        MetricType::Counter,
        "process_cpu_seconds_total",
        "Total user and system CPU time spent in seconds.",
        (stat.user_ticks + stat.system_ticks) / ticks);
    add(families,
        MetricType::Gauge,
        "process_virtual_memory_bytes",
        "Virtual memory size in bytes.",
        stat.virtual_bytes);
    add(families,
        MetricType::Gauge,
        "process_resident_memory_bytes",
        "Resident memory size in bytes.",
        stat.resident_pages * static_cast<double>(sysconf(_SC_PAGESIZE)));
    if (const auto boot_time = read_boot_time()) {
        add(families,
            MetricType::Gauge,
            "process_start_time_seconds",
            "Start time of the process since unix epoch in seconds.",
            *boot_time + stat.start_ticks / ticks);
    }
}

}  // namespace

std::vector<MetricFamily> process_metrics() {
    std::vector<MetricFamily> families;
    if (const auto stat = read_stat()) add_stat(families, *stat);
    if (const auto open_files = count_open_files()) {
        add(families,
            MetricType::Gauge,
            "process_open_fds",
            "Number of open file descriptors.",
            *open_files);
    }
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        add(families,
            MetricType::Gauge,
            "process_max_fds",
            "Maximum number of open file descriptors.",
            static_cast<double>(limit.rlim_cur));
    }
    return families;
}

}  // namespace migrator::metrics
