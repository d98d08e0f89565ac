#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/notice.hpp"

namespace migrator::db::sql {

struct ScriptRun;

/// A stretch of a message: statements of a script, or of our own.
struct SentPart {
    const ScriptRun* script = nullptr;  ///< of ours: the one they belong to; may be null
    std::size_t first = 0;              ///< index in `Script::statements`
    std::size_t count = 0;              ///< statements that the server answers
    bool is_ours = false;
};

/// A message that a session waits for the answer of. All but `session` is lent until then.
struct Sent {
    std::string_view session;  ///< as `Session::id`
    /// Its beginning, where a pooler may have given it to a session with another id; else empty.
    std::string_view text{};
    std::span<const SentPart> parts{};
    /// The server tells of the end of each statement when it ends.
    bool is_told_of_each = false;
    std::string_view about{};  ///< without parts: what we do, for people
};

/// Watches what a session runs. Called from the thread that uses the session.
class Observer {
public:
    virtual ~Observer() = default;
    virtual void sent(const Sent& message) = 0;
    /// One more statement of the message has run.
    virtual void ran() = 0;
    /// The message is answered, or the connection is lost.
    virtual void answered() noexcept = 0;
    /// The server has said something of a script. `notice` has no file and no schema.
    virtual void said(const ScriptRun& script, Notice notice) = 0;
};

/// Tells an observer, which may be null, of a message that is about to be sent, and, when it is
/// destroyed, that it is answered. Both are lent.
class Observed {
public:
    Observed(Observer* observer, const Sent& message) : observer_(observer) {
        if (observer_ != nullptr) observer_->sent(message);
    }
    ~Observed() {
        if (observer_ != nullptr) observer_->answered();
    }
    Observed(const Observed&) = delete;
    Observed& operator=(const Observed&) = delete;

    void ran() const {
        if (observer_ != nullptr) observer_->ran();
    }

private:
    Observer* const observer_;
};

}  // namespace migrator::db::sql
