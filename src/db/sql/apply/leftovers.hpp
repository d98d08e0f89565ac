#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include "db/sql/session.hpp"
#include "script/script.hpp"

namespace migrator::db::sql::apply {

/// Whether the database has code that may change the session of whoever runs it, as a trigger that
/// sets `search_path`: then every script may leave something behind. Asked once in a run; the
/// scripts tell of what they make. Thread-safe.
class StatefulCode {
public:
    void look(Session& session, const Dialect& dialect);
    void add(const script::Script& script) {
        if ((script.traits & script::kMakesStatefulCode) != 0) is_there_ = true;
    }
    bool is_there() const { return is_there_; }
    /// Whether code of the database may change migrator's own tables; true while nobody has looked.
    bool may_reach_own_tables() const { return !is_known_ || reaches_own_tables_; }

private:
    std::atomic<bool> is_there_ = false;
    std::atomic<bool> is_known_ = false;
    std::atomic<bool> reaches_own_tables_ = false;
};

/// What the scripts of one transaction have left in the session for those after them.
class Leftovers {
public:
    /// Of scripts that see what those before them have left: nothing is ever undone.
    Leftovers() = default;
    /// `code` is lent.
    explicit Leftovers(StatefulCode& code) : code_(&code) {}

    /// Whether a reset comes before the next script.
    bool are_there() const { return left_ != script::kNoTraits; }
    /// `script` is the next to run: `ScriptRun::undone` for it. It counts as undone.
    std::uint32_t undone_before(const script::Script& script) {
        if (code_ == nullptr) return script::kNoTraits;
        // Every INSERT may give a key, our own among them. Few scripts ask for the last one without
        // an INSERT of theirs.
        const std::uint32_t keys = script.traits & script::kReadsKeys;
        return std::exchange(left_, script::kNoTraits) | keys;
    }
    void add(const script::Script& script) {
        if (code_ == nullptr) return;
        code_->add(script);
        if (!script.sure || code_->is_there()) {
            left_ = ~script::kNoTraits;  // anything
        } else if ((script.traits & script::kChangesSession) != 0) {
            left_ |= script.traits;
        }
        were_there_ = were_there_ || are_there();
    }
    /// A script has done what its text did not show.
    void add_unknown() {
        if (code_ == nullptr) return;
        left_ |= script::kChangesSession;
        were_there_ = true;
    }
    /// Whether any script may have done more than its text shows.
    bool were_there() const { return were_there_; }
    void forget() { left_ = script::kNoTraits; }

private:
    StatefulCode* code_ = nullptr;
    std::uint32_t left_ = script::kNoTraits;
    bool were_there_ = false;
};

}  // namespace migrator::db::sql::apply
