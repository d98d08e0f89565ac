#include "script/text.hpp"

#include <algorithm>
#include <limits>
#include <mutex>
#include <vector>

namespace migrator::script {
namespace {

constexpr std::size_t kGiven = 65'536;

}  // namespace

/// Where the placeholder stands in the contents.
class Text::Pieces {
public:
    Pieces(std::string_view contents, std::string_view placeholder, std::string_view schema)
        : contents_(contents),
          placeholder_(placeholder),
          schema_(schema),
          growth_(
              static_cast<std::ptrdiff_t>(schema.size()) -
              static_cast<std::ptrdiff_t>(placeholder.size())
          ) {
        for (std::size_t found = contents.find(placeholder); found != std::string_view::npos;
             found = contents.find(placeholder, found + placeholder.size())) {
            found_.push_back(static_cast<std::uint32_t>(found));
        }
    }

    std::size_t size() const { return moved(contents_.size(), found_.size()); }

    void append(std::string& out, std::size_t begin, std::size_t end) const {
        end = std::min(end, size());
        // The first occurrence that does not end before the piece.
        const auto first = std::ranges::partition_point(found_, [&](const std::uint32_t& found) {
            const auto index = static_cast<std::size_t>(&found - found_.data());
            return begin_of(index) + schema_.size() <= begin;
        });
        auto next = static_cast<std::size_t>(first - found_.begin());
        for (std::size_t at = begin; at < end;) {
            const std::size_t name = next < found_.size() ? begin_of(next) : end;
            if (at < name) {
                const std::size_t stop = std::min(name, end);
                const auto source = static_cast<std::ptrdiff_t>(at) - growth(next);
                out.append(contents_, static_cast<std::size_t>(source), stop - at);
                at = stop;
                continue;
            }
            const std::size_t stop = std::min(name + schema_.size(), end);
            out.append(schema_, at - name, stop - at);
            at = stop;
            if (at == name + schema_.size()) ++next;
        }
    }

    std::string_view whole() const {
        std::call_once(once_, [&] {
            whole_ = replace_placeholder(contents_, placeholder_, schema_);
        });
        return whole_;
    }

private:
    std::ptrdiff_t growth(std::size_t occurrences) const {
        return growth_ * static_cast<std::ptrdiff_t>(occurrences);
    }
    /// What byte `offset` of the contents is in the text, behind so many occurrences.
    std::size_t moved(std::size_t offset, std::size_t occurrences) const {
        return static_cast<std::size_t>(static_cast<std::ptrdiff_t>(offset) + growth(occurrences));
    }
    std::size_t begin_of(std::size_t index) const { return moved(found_[index], index); }

    std::string_view contents_;
    std::string placeholder_;
    std::string schema_;
    std::ptrdiff_t growth_;  ///< of the text by one occurrence
    std::vector<std::uint32_t> found_;
    mutable std::once_flag once_;
    mutable std::string whole_;
};

Text Text::replaced(
    std::string_view contents, std::string_view placeholder, std::string_view schema
) {
    Text text(contents);
    if (placeholder.empty() || contents.find(placeholder) == std::string_view::npos) return text;
    text.owned_ =
        std::make_shared<const std::string>(replace_placeholder(contents, placeholder, schema));
    text.whole_ = *text.owned_;
    return text;
}

Text Text::in_pieces(
    std::string_view contents, std::string_view placeholder, std::string_view schema
) {
    if (contents.size() > std::numeric_limits<std::uint32_t>::max()) {
        return replaced(contents, placeholder, schema);
    }
    Text text(contents);
    if (placeholder.empty() || contents.find(placeholder) == std::string_view::npos) return text;
    text.pieces_ = std::make_shared<const Pieces>(contents, placeholder, schema);
    return text;
}

std::size_t Text::size() const { return is_whole() ? whole_.size() : pieces_->size(); }

std::string_view Text::whole() const { return is_whole() ? whole_ : pieces_->whole(); }

std::string Text::piece(std::size_t begin, std::size_t end) const {
    std::string text;
    append_piece(text, begin, end);
    return text;
}

void Text::append_piece(std::string& out, std::size_t begin, std::size_t end) const {
    if (is_whole()) {
        out += whole_.substr(std::min(begin, whole_.size()), end - begin);
    } else {
        pieces_->append(out, begin, end);
    }
}

void Text::give(std::size_t begin, std::size_t end, const Sink& sink) const {
    std::string buffer;
    while (begin < end) {
        const std::size_t stop = begin + std::min(kGiven, end - begin);
        std::string_view piece;
        if (is_whole()) {
            piece = whole_.substr(begin, stop - begin);
        } else {
            buffer.clear();
            append_piece(buffer, begin, stop);
            piece = buffer;
        }
        if (!sink(piece)) return;
        begin = stop;
    }
}

std::uint32_t Text::line_of(std::size_t offset) const {
    std::uint32_t line = 1;
    give(0, std::min(offset, size()), [&](std::string_view piece) {
        line += static_cast<std::uint32_t>(std::ranges::count(piece, '\n'));
        return true;
    });
    return line;
}

}  // namespace migrator::script
