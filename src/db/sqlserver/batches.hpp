#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "db/sqlserver/tokens.hpp"

namespace migrator::db::sqlserver {

/// What goes to the server as one message: the text between two GO lines.
struct ScriptBatch {
    std::size_t begin = 0;    ///< bytes in the script; behind the line of the GO before
    std::size_t end = 0;      ///< the start of the next GO line, or the end of the text
    std::uint32_t line = 1;   ///< of `begin`, from 1
    std::uint32_t count = 1;  ///< how often it runs: `GO 5`

    bool operator==(const ScriptBatch&) const = default;
};

/// The batches of a script. Those with nothing but blanks and comments are left out.
struct Batches {
    std::vector<ScriptBatch> batches;
    /// Not empty: what is wrong with the script, and in which line.
    std::string problem;
};

inline constexpr std::uint32_t kMostRepetitions = 100'000;

/// Cuts a script as sqlcmd does. GO is a line of its own: blanks, GO in any case, and, if wanted, a
/// count from 1 to `kMostRepetitions` and a `--` comment. Inside quotes and comments it is text.
/// `see`, when there is one, is told of each token that is no GO line, and of which batch it
/// belongs to: a number from 0 that also counts the batches left out. Linear in the text.
Batches split_batches(
    std::string_view text,
    const std::function<void(const TsqlToken& token, std::size_t batch)>& see = nullptr
);

}  // namespace migrator::db::sqlserver
