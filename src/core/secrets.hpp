#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// The values that no output may show, whoever quotes them: `Error` and the log hide them in their
/// texts. All functions may be called from every thread.
namespace migrator::secrets {

/// Shorter ones are words or numbers that texts hold for other reasons.
inline constexpr std::size_t kShortest = 8;

/// From now on `value` is hidden, until the process ends. False, and nothing happens, when it has
/// fewer than `kShortest` bytes.
bool add(std::string_view value);

/// `text` with `***` in place of each of them. For free text: never for the names of tenants, the
/// identities of files, or numbers, which others compare.
std::string hidden(std::string_view text);

/// Forgets all of them, for tests.
void forget_all();

}  // namespace migrator::secrets
