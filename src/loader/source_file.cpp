#include "loader/source_file.hpp"

#include <fmt/format.h>

#include <utility>

#include "core/error.hpp"
#include "core/sha256.hpp"

namespace migrator::loader {
namespace {

bool has_utf16_byte_order_mark(std::string_view contents) {
    return contents.starts_with("\xFF\xFE") || contents.starts_with("\xFE\xFF");
}

}  // namespace

void set_contents(Migration& migration, std::string contents) {
    const auto nul = contents.find('\0');
    if (nul != std::string::npos) {
        throw Error(
            ErrorKind::MigrationFailed,
            fmt::format(
                "Could not read file {}: NUL byte at offset {}{}",
                migration.file,
                nul,
                has_utf16_byte_order_mark(contents)
                    ? "; the file looks like UTF-16: save it as UTF-8"
                    : "; databases do not accept NUL bytes: remove it"
            )
        );
    }
    migration.check_sum = sha256_hex(contents);
    migration.contents = std::move(contents);
}

}  // namespace migrator::loader
