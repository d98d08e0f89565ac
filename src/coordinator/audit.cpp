#include "coordinator/audit.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/json_text.hpp"
#include "core/log.hpp"
#include "core/time.hpp"
#include "core/utf8.hpp"

namespace migrator::coordinator {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPatience{5'000};
/// Of what keeps nobody from going on.
constexpr milliseconds kShortPatience{1'000};
constexpr milliseconds kPauses[] = {milliseconds(200), milliseconds(1'000)};
constexpr std::size_t kMostPending = 1'000;
constexpr std::size_t kLongestText = 1'000;
constexpr std::size_t kLongestMessage = 4'000;

/// As every database takes it: UTF-8 without NUL, and not too long.
std::string clean(std::string_view text, std::size_t bytes = kLongestText) {
    std::string valid = to_valid_utf8(text);
    std::string result;
    for (const char c : utf8_prefix(valid, bytes)) {
        if (c == '\0') {
            result += "\xEF\xBF\xBD";
        } else {
            result += c;
        }
    }
    if (valid.size() > bytes) result += "…";
    return result;
}

std::string json_of(const std::vector<std::pair<std::string, std::string>>& parameters) {
    std::string json;
    for (const auto& [name, value] : parameters) {
        json += json.empty() ? "{" : ",";
        json += json_string(name) + ":" + json_string(clean(value));
    }
    return json.empty() ? "{}" : json + "}";
}

/// An exception that is none of ours is shown to nobody.
std::string text_of(const std::exception& error) {
    return dynamic_cast<const Error*>(&error) != nullptr ? error.what() : "internal error";
}

void log_entry(const db::AuditEntry& entry, const std::optional<db::AuditHead>& head) {
    log::info(
        fmt::format(
            "Audit: {} {}: {}{}{}",
            entry.operation,
            entry.outcome,
            entry.principal.empty() ? "nobody known" : entry.principal,
            entry.address.empty() ? "" : " from " + entry.address,
            entry.message.empty() ? "" : ": " + entry.message
        ),
        {{"operation", entry.operation},
         {"outcome", entry.outcome},
         {"principal", entry.principal},
         {"proof", entry.proof},
         {"role", entry.role},
         {"address", entry.address},
         {"details", entry.details},
         {"plan", entry.plan},
         {"version", entry.version},
         {"auditRow", head ? head->rows : 0},
         {"auditHead", head ? head->hash : ""}}
    );
}

}  // namespace

Audit::Audit(const Dependencies& dependencies, const Options& options)
    : dependencies_(dependencies),
      log_(dependencies.connector.audit_log()),
      mode_(options.audit),
      chain_(options.audit_key) {}

Audit::~Audit() {
    try {
        write_pending();
    } catch (const std::exception& error) {
        log::error(std::string("Rows of the audit are lost: ") + text_of(error));
    }
}

bool Audit::records(const Asker& asker) const {
    return mode_ == AuditMode::On || (mode_ == AuditMode::Auto && asker.principal);
}

db::AuditEntry Audit::entry_of(const Asker& asker, const AuditedChange& change) const {
    db::AuditEntry entry{
        .time = format_rfc3339(dependencies_.clock()),
        .outcome = "asked",
        .operation = clean(change.operation),
        .address = clean(asker.address),
        .request_id = clean(change.request_id),
        .details = json_of(change.parameters),
        .plan = change.plan};
    if (asker.principal) {
        entry.principal = clean(asker.principal->name);
        entry.proof = clean(asker.principal->proof);
        entry.role = name_of(asker.principal->role);
    }
    return entry;
}

/// False: they can't be made, which AuditMode::Auto puts up with.
bool Audit::has_tables() {
    const auto problem = log_.prepare();
    if (!problem) return true;
    if (mode_ == AuditMode::On) {
        throw Error(
            ErrorKind::Unavailable,
            fmt::format("the tables of the audit could not be created: {}", *problem)
        );
    }
    log::warn(fmt::format(
        "The change is not recorded, because the tables of the audit could not be created: {}; let "
        "another role create them, or set audit: off",
        *problem
    ));
    return false;
}

db::AuditHead Audit::write(const db::AuditEntry& entry, milliseconds patience) {
    const auto head = log_.append(entry, chain_, patience);
    if (!head) throw Error(ErrorKind::Unavailable, "the table migrator_audit does not exist");
    log_entry(entry, head);
    return *head;
}

Audit::Entry Audit::begin(const Asker& asker, const AuditedChange& change) try {
    if (!records(asker) || !has_tables()) return {};
    write_pending();
    db::AuditEntry entry = entry_of(asker, change);
    entry.asked = write(entry, kPatience).rows;
    return {*this, std::move(entry)};
} catch (const Error& error) {
    throw Error(
        ErrorKind::Unavailable,
        fmt::format(
            "no changes were made, because they could not be recorded in the audit: {}",
            error.what()
        )
    );
}

std::string Audit::Entry::done(std::int64_t version) { return end("done", "", version); }

std::string Audit::Entry::failed(std::string_view why, std::int64_t version) {
    return end("failed", why, version);
}

std::string Audit::Entry::end(
    std::string_view outcome, std::string_view why, std::int64_t version
) {
    Audit* audit = std::exchange(audit_, nullptr);
    if (audit == nullptr) return {};
    entry_.time = format_rfc3339(audit->dependencies_.clock());
    entry_.outcome = outcome;
    entry_.message = clean(why, kLongestMessage);
    entry_.version = version;
    return audit->write_end(entry_);
}

/// The change was made, or not: whatever happens here, that stands.
std::string Audit::write_end(const db::AuditEntry& entry) noexcept try {
    for (std::size_t tries = 0;; ++tries) {
        try {
            return write(entry, kPatience).hash;
        } catch (const std::exception& error) {
            if (tries < std::size(kPauses)) {
                dependencies_.time.pause(kPauses[tries], {});
                continue;
            }
            log_entry(entry, std::nullopt);
            log::error(fmt::format(
                "The audit has no row for this yet: {} {} by {}: {}",
                entry.operation,
                entry.outcome,
                entry.principal,
                text_of(error)
            ));
            const std::lock_guard lock(mutex_);
            if (pending_.size() < kMostPending) pending_.push_back(entry);
            return {};
        }
    }
} catch (const std::exception& error) {
    log::error(std::string("The audit failed: ") + text_of(error));
    return {};
}

void Audit::write_pending() {
    const std::lock_guard lock(mutex_);
    while (!pending_.empty()) {
        write(pending_.front(), kPatience);
        pending_.erase(pending_.begin());
    }
}

void Audit::refused(const Asker& asker, const AuditedChange& change, std::string_view why) noexcept
    try {
    write_one_of_many(asker, change, "refused", why);
} catch (const std::exception& error) {
    log::warn(std::string("The audit has no row for a refusal: ") + text_of(error));
}

void Audit::not_begun(
    const Asker& asker, const AuditedChange& change, std::string_view why, ErrorKind kind
) noexcept try {
    if (!asker.principal) return;
    if (kind != ErrorKind::Unavailable) return write_one_of_many(asker, change, "failed", why);
    db::AuditEntry entry = entry_of(asker, change);
    entry.outcome = "failed";
    entry.message = clean(why, kLongestMessage);
    log_entry(entry, std::nullopt);
} catch (const std::exception& error) {
    log::answered(
        log::Level::Warn, std::string("The audit has no row for this failure: ") + text_of(error)
    );
}

void Audit::write_one_of_many(
    const Asker& asker, const AuditedChange& change, std::string_view outcome, std::string_view why
) {
    db::AuditEntry entry = entry_of(asker, change);
    entry.outcome = outcome;
    entry.message = clean(why, kLongestMessage);
    if (!asker.principal || mode_ == AuditMode::Off) return log_entry(entry, std::nullopt);
    const std::string alike =
        fmt::format("{}\n{}\n{}\n{}", entry.principal, entry.proof, entry.operation, outcome);
    const auto left_out = limit_.pass(alike, dependencies_.time.now());
    if (!left_out) return;
    if (mode_ == AuditMode::On) has_tables();
    if (*left_out > 0) entry.message += fmt::format(" ({} more before it)", *left_out);
    log_entry(entry, log_.append(entry, chain_, kShortPatience));
}

void Audit::done(const Asker& asker, const AuditedChange& change) noexcept try {
    if (!records(asker)) return;
    db::AuditEntry entry = entry_of(asker, change);
    entry.outcome = "done";
    try {
        write(entry, kShortPatience);
    } catch (const Error&) {
        // On SQLite the run that is cancelled keeps others from writing until it has ended.
        log_entry(entry, std::nullopt);
        const std::lock_guard lock(mutex_);
        if (pending_.size() < kMostPending) pending_.push_back(entry);
    }
} catch (const std::exception& error) {
    log::error(std::string("The audit failed: ") + text_of(error));
}

std::map<std::int64_t, std::string> Audit::creators() const try {
    return log_.creators();
} catch (const Error& error) {
    log::warn(std::string("Who created the versions is not known: ") + error.what());
    return {};
}

AuditPage Audit::page(std::size_t first, std::int64_t after) const {
    AuditPage page{.head = log_.head()};
    if (!page.head) return page;
    const std::int64_t last = after > 0 ? after - 1 : page.head->rows;
    const std::int64_t from =
        std::max<std::int64_t>(1, last - static_cast<std::int64_t>(first) + 1);
    if (first == 0 || last < from) return page;
    log_.read(from, last, [&](const db::AuditRow& row) { page.rows.push_back(row); });
    std::ranges::reverse(page.rows);
    if (from > 1) page.next = from;
    return page;
}

AuditCheck Audit::check(std::int64_t after, const std::string& kept_head) const {
    return check_audit(log_, chain_, after, kept_head);
}

}  // namespace migrator::coordinator
