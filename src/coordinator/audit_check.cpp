#include "coordinator/audit_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "core/count_of.hpp"
#include "core/error.hpp"

namespace migrator::coordinator {
namespace {

class Walk {
public:
    Walk(const db::AuditChain& chain, std::int64_t after, const std::string& kept_head)
        : chain_(chain), kept_head_(kept_head), last_(after) {}

    void take(const db::AuditRow& row) {
        if (!check.fits()) return;
        if (!row.hash.empty() && row.hash == kept_head_) has_kept_head_ = true;
        if (row.id == last_ && check.rows == 0) {  // the row that the check begins behind
            previous_ = row.hash;
            keyed_ = !row.key_id.empty();
            return;
        }
        if (row.id != last_ + 1) return refuse(last_ + 1, missing(row.id));
        if (const std::string why = misfit(row); !why.empty()) return refuse(row.id, why);
        previous_ = row.hash;
        last_ = row.id;
        ++check.rows;
        if (row.key_id.empty()) ++without_key_;
    }

    /// `before` is the head before the rows were read, `now` the one after.
    void end(const db::AuditHead& before, const db::AuditHead& now) {
        if (!check.fits()) return;
        if (last_ < before.rows) {
            return refuse(
                last_ + 1, fmt::format("the last rows are missing, up to row {}", before.rows)
            );
        }
        if (last_ > now.rows) {
            return refuse(
                now.rows + 1, fmt::format("it is behind the head, which is row {}", now.rows)
            );
        }
        const bool fits_before = last_ != before.rows || previous_ == before.hash;
        const bool fits_now = last_ != now.rows || previous_ == now.hash;
        if (!fits_before || !fits_now) {
            return refuse(last_, "its hash is not the one of the head");
        }
        if (!kept_head_.empty() && !has_kept_head_) {
            return refuse(
                0,
                "no row has the hash that was kept: rows were cut off, or the chain was computed "
                "anew"
            );
        }
        if (without_key_ > 0 && !chain_.key_id().empty()) {
            check.notes.push_back(fmt::format(
                "{} from before auditKey was set", count_of(without_key_, "row is", "rows are")
            ));
        }
    }

    AuditCheck check;

private:
    void refuse(std::int64_t row, std::string why) {
        check.bad_row = row;
        check.problem = std::move(why);
    }

    std::string missing(std::int64_t next) const {
        if (next <= last_) return fmt::format("a row has its number {} twice", next);
        if (next == last_ + 2) return "the row is missing";
        return fmt::format("rows {} to {} are missing", last_ + 1, next - 1);
    }

    std::string misfit(const db::AuditRow& row) {
        if (row.key_id.empty() && keyed_) {
            return "it was made without a key, though the rows before it have one";
        }
        if (!chain_.can_check(row)) {
            return fmt::format("it was made with another key ({}) than auditKey", row.key_id);
        }
        keyed_ = !row.key_id.empty();
        if (chain_.hash(previous_, row) == row.hash) return {};
        return "the row, or the one before it, is not as it was written";
    }

    const db::AuditChain& chain_;
    const std::string& kept_head_;
    std::int64_t last_;
    std::string previous_;
    bool keyed_ = false;
    bool has_kept_head_ = false;
    std::size_t without_key_ = 0;
};

}  // namespace

AuditCheck check_audit(
    db::AuditLog& log, const db::AuditChain& chain, std::int64_t after, const std::string& kept_head
) {
    Walk walk(chain, after, kept_head);
    const auto before = log.head();
    if (!before) {
        if (!kept_head.empty()) walk.check.problem = "there are no rows";
        return walk.check;
    }
    if (after < 0 || after > before->rows) {
        throw Error(
            ErrorKind::InvalidRequest,
            fmt::format("the audit has {} rows; there is none behind row {}", before->rows, after)
        );
    }
    log.read(
        std::max<std::int64_t>(after, 1),
        std::numeric_limits<std::int64_t>::max(),
        [&](const db::AuditRow& row) { walk.take(row); }
    );
    const auto now = log.head();
    walk.end(*before, now.value_or(db::AuditHead{}));
    walk.check.head = now;
    return walk.check;
}

}  // namespace migrator::coordinator
