#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "cli/cli.hpp"
#include "cli/options.hpp"
#include "cli/output.hpp"
#include "core/error.hpp"

namespace migrator::cli {

/// What the options of every command say.
struct CommonOptions {
    std::string config_path;
    bool config_path_is_default = false;           ///< nobody named a file
    std::map<std::string, std::string> overrides;  ///< configuration keys from flags
    bool json = false;
    bool quiet = false;
    bool verbose = false;  ///< lists are not cut
};

/// What a command works with.
class Context {
public:
    Context(const CommonOptions& asked, const Backend& offered, Terminal& shown)
        : common(asked), backend(offered), terminal(shown), report(shown, asked.verbose) {}

    /// Reads the configuration and opens what is behind it, the first time, and warns of unknown
    /// keys and unset variables. Throws Configuration.
    const Backend::Opened& opened();
    /// The same without a database; instead of `opened`.
    const Backend::Opened& opened_offline();
    /// Before the two: the command itself says what it thinks of unknown keys and unset variables.
    void refuse_unknown_keys() { warns_of_unknown_keys_ = false; }

    const CommonOptions& common;
    const Backend& backend;
    Terminal& terminal;
    Report report;

private:
    const Backend::Opened& open(const decltype(Backend::open)& opener);
    std::optional<Backend::Opened> opened_;
    bool warns_of_unknown_keys_ = true;
};

/// Under which title help lists a command, in this order.
enum class Group : std::uint8_t { Begin, Change, Look, Repair, Serve };

/// What help says about a command beside its options.
struct CommandText {
    std::string_view name;
    Group group;
    std::string_view summary;  ///< one line, without a full stop
    std::string_view text;
    std::string_view examples;  ///< whole lines, indented by two
};

/// A command: its name and help, its options, what it runs. Each stands in a file of its own in
/// commands/, where its fields hold what its options say; commands.cpp lists them.
class Command {
public:
    virtual ~Command() = default;

    virtual CommandText text() const = 0;
    /// They fill in the fields of this object, which outlives them.
    virtual Options options() { return {}; }
    /// The exit code. Throws Error for what is shown as `error: …`.
    virtual int run(Context& context) = 0;
    /// What to do about an error that `run` threw, where its message can't know it.
    virtual std::string hint(ErrorKind kind) const;
};

}  // namespace migrator::cli
