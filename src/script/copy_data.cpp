#include "script/copy_data.hpp"

#include <algorithm>

namespace migrator::script {

EndOfData end_of_data(std::string_view text, std::size_t begin) {
    std::uint32_t lines = 0;
    for (std::size_t at = begin;;) {
        const std::size_t line_end = std::min(text.find('\n', at), text.size());
        const bool has_newline = line_end < text.size();
        lines += has_newline ? 1 : 0;
        std::string_view line = text.substr(at, line_end - at);
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line == "\\.") {
            const std::size_t behind = line_end + (has_newline ? 1 : 0);
            return {.end = at, .behind = behind, .has_whole_mark = has_newline, .lines = lines};
        }
        if (!has_newline) return {.end = text.size(), .behind = text.size(), .lines = lines};
        at = line_end + 1;
    }
}

}  // namespace migrator::script
