#pragma once

#include <optional>
#include <string>

#include "core/error.hpp"
#include "db/sql/session.hpp"

namespace migrator::db::sql {

/// A transaction on a session: begun by the constructor, rolled back by the destructor unless
/// `commit` has been called.
class Transaction {
public:
    /// As `Session::begin`.
    Transaction(Session& session, const WorkSettings& settings, const std::string& run_id);
    ~Transaction() {
        if (open_) session_.rollback();
    }
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    /// The transaction is over afterwards, whatever comes back.
    std::optional<Failure> commit();
    void roll_back() {
        open_ = false;
        session_.rollback();
    }
    /// As `commit`, but throws what `commit_error` makes of a failure.
    void commit_or_throw();

private:
    Session& session_;
    bool open_ = true;
};

/// "lost the migration lock to OWNER", or without a name when nobody is known.
Error lost_lock_error(Session& session, const Dialect& dialect);

}  // namespace migrator::db::sql
