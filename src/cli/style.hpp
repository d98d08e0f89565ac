#pragma once

#include <string>
#include <string_view>

/// How text looks: colours and quoting.
namespace migrator::cli {

/// Colours of a terminal, or none.
class Style {
public:
    explicit Style(bool colours) : colours_(colours) {}

    std::string good(std::string_view text) const { return paint("32", text); }
    std::string bad(std::string_view text) const { return paint("1;31", text); }
    std::string warning(std::string_view text) const { return paint("33", text); }
    std::string strong(std::string_view text) const { return paint("1", text); }
    std::string faint(std::string_view text) const { return paint("2", text); }

private:
    std::string paint(std::string_view code, std::string_view text) const;
    bool colours_;
};

/// Valid UTF-8 with control characters other than line breaks and tabs written as `\x1b`: what a
/// server or a file name says must not be able to steer the terminal.
std::string printable(std::string_view text);

/// `text` as one word of a POSIX shell, in quotes where it needs them.
std::string shell_quoted(std::string_view text);

/// `text` with `margin` in front of each of its lines but the first, without a line break at the
/// end.
std::string hanging(std::string_view text, std::string_view margin);

}  // namespace migrator::cli
