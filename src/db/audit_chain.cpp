#include "db/audit_chain.hpp"

#include <fmt/format.h>

#include <string_view>

#include "core/hex.hpp"
#include "core/sha256.hpp"

namespace migrator::db {
namespace {

constexpr std::size_t kKeyIdDigits = 16;

std::string id_of_key(const std::string& key) {
    if (key.empty()) return {};
    return to_hex(hmac_sha256(key, "migrator audit key")).substr(0, kKeyIdDigits);
}

class CanonicalText {
public:
    void add(std::string_view field) { text_ += fmt::format("{}:{},", field.size(), field); }
    void add(std::int64_t number) { add(std::to_string(number)); }
    const std::string& text() const { return text_; }

private:
    std::string text_;
};

}  // namespace

AuditChain::AuditChain(std::string key) : key_(std::move(key)), key_id_(id_of_key(key_)) {}

std::string AuditChain::hash(const std::string& previous, const AuditRow& row) const {
    const AuditEntry& entry = row.entry;
    CanonicalText canonical;
    canonical.add(previous);
    canonical.add(row.id);
    canonical.add(row.key_id);
    canonical.add(entry.time);
    canonical.add(entry.outcome);
    canonical.add(entry.operation);
    canonical.add(entry.principal);
    canonical.add(entry.proof);
    canonical.add(entry.role);
    canonical.add(entry.address);
    canonical.add(entry.request_id);
    canonical.add(entry.details);
    canonical.add(entry.plan);
    canonical.add(entry.version);
    canonical.add(entry.asked);
    canonical.add(entry.message);
    if (row.key_id.empty()) return sha256_hex(canonical.text());
    return to_hex(hmac_sha256(key_, canonical.text()));
}

}  // namespace migrator::db
