#pragma once

#include <memory>
#include <string>
#include <utility>

#include "core/error.hpp"
#include "db/sql/connector/session_pool.hpp"
#include "db/sql/own_sql.hpp"

namespace migrator::db::sql::connector {

/// Rows from a connection of the pool, which goes back when they end, or are given up, and is
/// closed when they fail.
class LeasedRows {
public:
    /// None.
    LeasedRows() = default;
    /// `first` has been taken from `source` already. Failures are told as `what` (`told_as`).
    LeasedRows(
        std::unique_ptr<SessionPool::Lease> lease,
        std::unique_ptr<RowSource> source,
        Row first,
        std::string what
    )
        : lease_(std::move(lease)),
          source_(std::move(source)),
          first_(std::move(first)),
          has_first_(true),
          what_(std::move(what)) {}

    LeasedRows(LeasedRows&&) = default;

    bool next(Row& row) {
        if (!source_) return false;
        if (std::exchange(has_first_, false)) {
            row.swap(first_);
            return true;
        }
        try {
            if (told_as(what_, [&] { return source_->next(row); })) return true;
        } catch (...) {
            source_.reset();
            lease_->discard();
            lease_.reset();
            throw;
        }
        source_.reset();
        lease_.reset();
        return false;
    }

private:
    std::unique_ptr<SessionPool::Lease> lease_;  ///< before `source_`, which lends from it
    std::unique_ptr<RowSource> source_;
    Row first_;
    bool has_first_ = false;
    std::string what_;
};

}  // namespace migrator::db::sql::connector
