#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

/// How a server reads the text of a script, as far as its settings decide.
namespace migrator::script {

/// Character sets in which bytes of ASCII, a backslash among them, can end a character.
enum class Encoding : std::uint8_t {
    Plain,  ///< none of these
    Gbk,
    Big5,
    Sjis,  ///< and cp932
    Gb18030,
};

/// By its name at the server, in any case.
Encoding encoding_called(std::string_view character_set);

/// Bytes of the character that begins at `offset`, which is in `text`; 1 when it is no character.
std::size_t character_size(std::string_view text, std::size_t offset, Encoding encoding);

struct Reading {
    bool standard_conforming_strings = true;  ///< see `Lexis::backslash_strings`
    bool double_quoted_names = false;         ///< "…" is a name also where `Lexis` has strings
    Encoding encoding = Encoding::Plain;
    bool operator==(const Reading&) const = default;
};

/// How what stands behind so many statements is read.
struct ReadingFrom {
    std::size_t statements = 0;
    Reading reading;
};

}  // namespace migrator::script
