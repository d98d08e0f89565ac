#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "db/sql/session.hpp"

/// How scripts become messages of the simple query protocol, and how the server's answer is
/// traced back to a script. Pure functions over texts; nothing here talks to a server.
namespace migrator::db::postgresql {

/// A stretch of one script in a message, or statements of our own beside it.
struct Piece {
    std::size_t run = 0;              ///< index of the script among those given
    std::size_t begin = 0;            ///< first byte in the message
    std::size_t source = 0;           ///< first byte in the script
    std::size_t size = 0;             ///< bytes
    std::size_t first_statement = 0;  ///< index in `Script::statements`
    std::size_t statements = 0;       ///< that the server will answer
    bool ours = false;                ///< no text of the script
};

/// The data of a COPY: `[begin, end)` of a script, which is lent.
struct CopyData {
    const script::Text* text = nullptr;
    std::size_t begin = 0;
    std::size_t end = 0;
};

/// One message: what is sent at once, and which results it should give.
struct Message {
    std::string text;
    std::vector<Piece> pieces;  ///< in the order of the text, never empty
    bool counted = true;        ///< false: the scanner can't vouch for the number of statements
    std::optional<CopyData> copy_data;  ///< for the COPY … FROM STDIN it consists of

    std::size_t expected() const;  ///< number of results
};

/// Puts `statements` of our own in front of `message`, which is not empty.
void prepend(Message& message, const std::string& text, std::size_t statements);

/// The statements [first, last) of `script`, number `run` of those given, as a message.
Message message_of(
    const sql::ScriptRun& script,
    std::size_t run,
    std::size_t first,
    std::size_t last,
    bool with_transaction_control
);

/// Joins scripts in order, as many in a message as the server may read at once.
class MessageQueue {
public:
    /// Statements of our own, joined, and how many they are.
    struct Own {
        std::string text;
        std::size_t statements = 0;
    };
    struct Rules {
        Own limits{};  ///< sent behind each script that changes session state
        /// What undoes the state that scripts with these traits have left (`ScriptRun::undone`):
        /// sent in front of the next script.
        std::function<Own(std::uint32_t traits)> reset{};
        bool one_statement = false;  ///< a message holds one statement
    };
    struct Joining {
        bool scripts = true;  ///< several may share a message
        bool resets = true;   ///< and a reset with the script behind it
    };

    /// `runs` must outlive the queue.
    MessageQueue(std::span<const sql::ScriptRun> runs, Rules rules)
        : runs_(runs), rules_(std::move(rules)) {}

    /// The next message; nothing at the end. Scripts without statements are left out.
    std::optional<Message> next(Joining joining);

private:
    bool goes_alone(const script::Script& script) const;
    bool goes_stepwise(const sql::ScriptRun& run) const;
    bool is_blank(const script::Script& script) const;
    bool is_reset_due() const;
    Message whole(Joining joining);
    std::optional<Message> step();
    void add_limits(Message& message, std::size_t run) const;
    /// In front of the next script.
    void add_reset(Message& message);

    std::span<const sql::ScriptRun> runs_;
    Rules rules_;
    std::size_t run_ = 0;        ///< next script
    std::size_t statement_ = 0;  ///< next statement of it, when it goes stepwise
    bool limits_are_due_ = false;
    bool reset_is_done_ = false;  ///< that of the next script
};

/// The statements of `script` that are sent: all, but for a wrapping BEGIN and COMMIT.
struct StatementRange {
    std::size_t begin = 0;
    std::size_t end = 0;
};
StatementRange sent_statements(const script::Script& script);

/// Where in the scripts something went wrong.
struct Place {
    std::size_t run = 0;
    std::size_t statement = 0;  ///< from 1; 0: unknown
    std::uint32_t line = 0;     ///< from 1; 0: unknown
    bool ours = false;          ///< in statements of our own
};

/// `results`: how many the message gave before the error. `position`: byte in the message that the
/// error points at; nothing when it points at none.
Place locate(
    const Message& message,
    std::span<const sql::ScriptRun> runs,
    std::size_t results,
    std::optional<std::size_t> position
);

}  // namespace migrator::db::postgresql
