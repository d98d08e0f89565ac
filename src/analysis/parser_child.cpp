#include <pg_query.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <string>

#include "analysis/parser.hpp"

namespace migrator::analysis {
namespace {

constexpr rlim_t kMostMemory = rlim_t{1} << 30U;
constexpr rlim_t kMostSeconds = 300;

void limit(decltype(RLIMIT_CORE) what, rlim_t most) {
    const rlimit wanted{.rlim_cur = most, .rlim_max = most};
    ::setrlimit(what, &wanted);
}

bool read_all(char* bytes, std::size_t size) {
    while (size > 0) {
        const ssize_t got = ::read(STDIN_FILENO, bytes, size);
        if (got <= 0) return false;
        bytes += got;
        size -= static_cast<std::size_t>(got);
    }
    return true;
}

bool write_all(const char* bytes, std::size_t size) {
    while (size > 0) {
        const ssize_t sent = ::send(STDIN_FILENO, bytes, size, MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes += sent;
        size -= static_cast<std::size_t>(sent);
    }
    return true;
}

bool answer(char kind, const char* text) {
    const auto size = static_cast<std::uint32_t>(std::strlen(text));
    return write_all(&kind, 1) && write_all(reinterpret_cast<const char*>(&size), sizeof size) &&
           write_all(text, size);
}

}  // namespace

int run_parser_child() {
    // A crash is expected: it leaves no core behind, and takes no memory of the service.
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_CPU, kMostSeconds);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    limit(RLIMIT_AS, kMostMemory);
#endif
    for (std::uint32_t size = 0; read_all(reinterpret_cast<char*>(&size), sizeof size);) {
        std::string text(size, '\0');
        if (!read_all(text.data(), size)) return 1;
        const PgQueryParseResult parsed = pg_query_parse(text.c_str());
        const bool sent = parsed.error != nullptr ? answer('E', parsed.error->message)
                                                  : answer('T', parsed.parse_tree);
        pg_query_free_parse_result(parsed);
        if (!sent) return 1;
    }
    return 0;
}

}  // namespace migrator::analysis
