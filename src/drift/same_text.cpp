#include "drift/same_text.hpp"

#include <set>
#include <utility>

#include "core/ascii.hpp"

namespace migrator::drift {
namespace {

using db::TenantSchema;

constexpr std::string_view kQuotes = "\"`";

bool is_quote(char c) { return kQuotes.find(c) != std::string_view::npos; }

/// A byte that goes on with a word. `_` does not: names of schemas are parts of other names.
bool goes_on(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return is_letter_or_digit(c) || byte >= 0x80;
}

bool begins_with(std::string_view text, std::string_view name) {
    return !name.empty() && text.size() >= name.size() &&
           equal_ignoring_case(text.substr(0, name.size()), name);
}

/// The bytes that a name of the schema takes at this place; 0: none stands here.
std::size_t name_at(std::string_view text, std::size_t place, const TenantSchema& schema) {
    if (place > 0 && goes_on(text[place - 1])) return 0;
    const bool quoted = is_quote(text[place]);
    const std::string_view rest = text.substr(place + (quoted ? 1 : 0));
    for (const std::string_view name :
         {std::string_view(schema.schema), std::string_view(schema.tenant)}) {
        if (!begins_with(rest, name)) continue;
        const std::size_t size = name.size();
        if (quoted) {
            if (rest.size() > size && rest[size] == text[place]) return size + 2;
        } else if (rest.size() == size || !goes_on(rest[size])) {
            return size;
        }
    }
    return 0;
}

/// Goes through both texts at once. Where both have their own names, and the same bytes, too,
/// nobody knows yet which it is: both ways are followed.
class Comparison {
public:
    Comparison(
        std::string_view left,
        const TenantSchema& of_left,
        std::string_view right,
        const TenantSchema& of_right
    )
        : left_(left), of_left_(of_left), right_(right), of_right_(of_right) {}

    bool run() {
        open_.insert({0, 0});
        while (!open_.empty()) {
            const auto [i, j] = *open_.begin();
            open_.erase(open_.begin());
            if (follow(i, j)) return true;
        }
        return false;
    }

private:
    /// From here to the end, or to a difference. What else is possible is left for later.
    bool follow(std::size_t i, std::size_t j) {
        while (i < left_.size() && j < right_.size()) {
            const std::size_t own = name_at(left_, i, of_left_);
            const std::size_t other = own == 0 ? 0 : name_at(right_, j, of_right_);
            if (other != 0) {
                const std::pair behind{i + own, j + other};
                if (seen_.insert(behind).second) open_.insert(behind);
            }
            if (left_[i] != right_[j]) return false;
            ++i;
            ++j;
        }
        return i == left_.size() && j == right_.size();
    }

    const std::string_view left_;
    const TenantSchema& of_left_;
    const std::string_view right_;
    const TenantSchema& of_right_;
    std::set<std::pair<std::size_t, std::size_t>> open_;
    std::set<std::pair<std::size_t, std::size_t>> seen_;
};

}  // namespace

bool same_text(
    std::string_view left,
    const TenantSchema& of_left,
    std::string_view right,
    const TenantSchema& of_right
) {
    return left == right || Comparison(left, of_left, right, of_right).run();
}

std::string neutral(std::string_view text, const TenantSchema& schema) {
    std::string result;
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t size = name_at(text, i, schema);
        if (size == 0) {
            result += text[i++];
        } else {
            result += "{schema}";
            i += size;
        }
    }
    return result;
}

}  // namespace migrator::drift
