#include "db/audit_chain.hpp"

#include <gtest/gtest.h>

#include "core/hex.hpp"
#include "core/sha256.hpp"

namespace migrator::db {
namespace {

AuditRow row() {
    return {
        .id = 12,
        .entry =
            {.time = "2026-11-23T01:02:03.5Z",
             .outcome = "done",
             .operation = "apply",
             .principal = "ann",
             .proof = "token",
             .role = "apply",
             .address = "10.0.0.7",
             .request_id = "r-1",
             .details = R"({"name":"v1"})",
             .plan = "abc",
             .version = 42,
             .asked = 11,
             .message = ""},
        .key_id = "",
        .hash = "not looked at"};
}

// The form is public: others can check a chain without this program.
constexpr const char* kText =
    "4:prev,2:12,0:,22:2026-11-23T01:02:03.5Z,4:done,5:apply,3:ann,5:token,5:apply,8:10.0.0.7,"
    "3:r-1,13:{\"name\":\"v1\"},3:abc,2:42,2:11,0:,";

TEST(AuditChain, HashesTheDocumentedText) {
    EXPECT_EQ(AuditChain().hash("prev", row()), sha256_hex(kText));
}

TEST(AuditChain, UsesItsKeyForRowsThatWereMadeWithIt) {
    const AuditChain chain("secret");
    EXPECT_EQ(chain.hash("prev", row()), sha256_hex(kText)) << "a row without a key";
    AuditRow keyed = row();
    keyed.key_id = chain.key_id();
    std::string text = kText;
    text.replace(text.find("0:,"), 3, "16:" + chain.key_id() + ",");
    EXPECT_EQ(chain.hash("prev", keyed), to_hex(hmac_sha256("secret", text)));
    EXPECT_TRUE(chain.can_check(keyed));
    EXPECT_FALSE(AuditChain("other").can_check(keyed));
    EXPECT_FALSE(AuditChain().can_check(keyed));
    EXPECT_EQ(AuditChain().key_id(), "");
}

TEST(AuditChain, EveryFieldCounts) {
    const std::string before = AuditChain().hash("prev", row());
    const std::pair<const char*, void (*)(AuditRow&)> changes[] = {
        {"id", [](AuditRow& r) { r.id = 13; }},
        {"time", [](AuditRow& r) { r.entry.time += "x"; }},
        {"outcome", [](AuditRow& r) { r.entry.outcome = "failed"; }},
        {"operation", [](AuditRow& r) { r.entry.operation = "sync"; }},
        {"principal", [](AuditRow& r) { r.entry.principal = "bob"; }},
        {"proof", [](AuditRow& r) { r.entry.proof = "jwt"; }},
        {"role", [](AuditRow& r) { r.entry.role = "admin"; }},
        {"address", [](AuditRow& r) { r.entry.address = "10.0.0.8"; }},
        {"request", [](AuditRow& r) { r.entry.request_id = "r-2"; }},
        {"details", [](AuditRow& r) { r.entry.details = "{}"; }},
        {"plan", [](AuditRow& r) { r.entry.plan = ""; }},
        {"version", [](AuditRow& r) { r.entry.version = 43; }},
        {"asked", [](AuditRow& r) { r.entry.asked = 10; }},
        {"message", [](AuditRow& r) { r.entry.message = "no"; }},
        {"a byte that moves to the next field", [](AuditRow& r) {
             r.entry.operation = "appl";
             r.entry.principal = "yann";
         }}};
    for (const auto& [name, change] : changes) {
        AuditRow changed = row();
        change(changed);
        EXPECT_NE(AuditChain().hash("prev", changed), before) << name;
    }
    EXPECT_NE(AuditChain().hash("", row()), before);
}

}  // namespace
}  // namespace migrator::db
