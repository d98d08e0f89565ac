#include "script/reading.hpp"

#include "core/ascii.hpp"

namespace migrator::script {
namespace {

constexpr bool lies_in(unsigned char byte, unsigned first, unsigned last) {
    return byte >= first && byte <= last;
}

bool begins_wide(unsigned char byte, Encoding encoding) {
    switch (encoding) {
        case Encoding::Plain:
            return false;
        case Encoding::Gbk:
        case Encoding::Gb18030:
            return lies_in(byte, 0x81, 0xFE);
        case Encoding::Big5:
            return lies_in(byte, 0xA1, 0xF9);
        case Encoding::Sjis:
            return lies_in(byte, 0x81, 0x9F) || lies_in(byte, 0xE0, 0xFC);
    }
    return false;
}

bool ends_wide(unsigned char byte, Encoding encoding) {
    if (lies_in(byte, 0x40, 0x7E)) return true;
    switch (encoding) {
        case Encoding::Plain:
            return false;
        case Encoding::Big5:
            return lies_in(byte, 0xA1, 0xFE);
        case Encoding::Gbk:
        case Encoding::Gb18030:
            return lies_in(byte, 0x80, 0xFE);
        case Encoding::Sjis:
            return lies_in(byte, 0x80, 0xFC);
    }
    return false;
}

}  // namespace

Encoding encoding_called(std::string_view character_set) {
    if (equal_ignoring_case(character_set, "gbk")) return Encoding::Gbk;
    if (equal_ignoring_case(character_set, "big5")) return Encoding::Big5;
    if (equal_ignoring_case(character_set, "sjis")) return Encoding::Sjis;
    if (equal_ignoring_case(character_set, "cp932")) return Encoding::Sjis;
    if (equal_ignoring_case(character_set, "gb18030")) return Encoding::Gb18030;
    return Encoding::Plain;
}

std::size_t character_size(std::string_view text, std::size_t offset, Encoding encoding) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    if (offset + 1 >= text.size() || !begins_wide(byte(offset), encoding)) return 1;
    if (ends_wide(byte(offset + 1), encoding)) return 2;
    const bool has_four = encoding == Encoding::Gb18030 && offset + 3 < text.size() &&
                          lies_in(byte(offset + 1), '0', '9') &&
                          begins_wide(byte(offset + 2), encoding) &&
                          lies_in(byte(offset + 3), '0', '9');
    return has_four ? 4 : 1;
}

}  // namespace migrator::script
