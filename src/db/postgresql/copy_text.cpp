#include "db/postgresql/copy_text.hpp"

#include <algorithm>

namespace migrator::db::postgresql {

std::size_t copied_bytes(std::string_view value) {
    return value.size() + static_cast<std::size_t>(std::ranges::count_if(value, [](char c) {
               return c == '\\' || c == '\n' || c == '\r' || c == '\t';
           }));
}

void append_copy_text(std::string& out, std::string_view value) {
    std::size_t done = 0;
    for (std::size_t i = 0; i < value.size(); ++i) {
        char escape = 0;
        switch (value[i]) {
            case '\\':
                escape = '\\';
                break;
            case '\n':
                escape = 'n';
                break;
            case '\r':
                escape = 'r';
                break;
            case '\t':
                escape = 't';
                break;
            default:
                continue;
        }
        out.append(value, done, i - done);
        out += '\\';
        out += escape;
        done = i + 1;
    }
    out.append(value, done, value.size() - done);
}

}  // namespace migrator::db::postgresql
