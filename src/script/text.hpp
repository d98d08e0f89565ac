#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

#include "script/lexis.hpp"
#include "script/script.hpp"

namespace migrator::script {

/// The text of a script for one schema: the contents of a file with the placeholder replaced.
/// Offsets are those of the replaced text, whether it is held as a whole or made piece by piece,
/// as it is asked for. Cheap to copy. Lends what it is made from. Const functions are thread-safe.
class Text {
public:
    Text() = default;
    /// Nothing is replaced.
    template <typename Whole>
    requires std::is_convertible_v<const Whole&, std::string_view> Text(const Whole& whole
    )  // NOLINT(google-explicit-constructor): it is a text
        : whole_(whole) {}

    /// All occurrences of `placeholder` replaced by `schema`, as `replace_placeholder` does it.
    static Text replaced(
        std::string_view contents, std::string_view placeholder, std::string_view schema
    );
    /// The same, and no second text is held until somebody asks for the whole.
    static Text in_pieces(
        std::string_view contents, std::string_view placeholder, std::string_view schema
    );

    std::size_t size() const;
    /// The whole text is there.
    bool is_whole() const { return pieces_ == nullptr; }
    /// Makes it if need be, and keeps it.
    std::string_view whole() const;
    /// Bytes `[begin, end)`.
    std::string piece(std::size_t begin, std::size_t end) const;
    void append_piece(std::string& out, std::size_t begin, std::size_t end) const;
    /// Gives `[begin, end)` to `sink`, some ten thousand bytes at a time, until it returns false.
    using Sink = std::function<bool(std::string_view piece)>;
    void give(std::size_t begin, std::size_t end, const Sink& sink) const;
    /// Line of byte `offset`, from 1.
    std::uint32_t line_of(std::size_t offset) const;

private:
    class Pieces;

    std::string_view whole_;
    std::shared_ptr<const std::string>
        owned_;                             ///< what `whole_` shows, where something is replaced
    std::shared_ptr<const Pieces> pieces_;  ///< null: `whole_` is the text
};

/// `scan` of the whole text, which is not made for it where its parts tell as much.
Script scan_in_pieces(
    const Text& text, const Lexis& lexis, bool standard_conforming_strings = true
);

}  // namespace migrator::script
