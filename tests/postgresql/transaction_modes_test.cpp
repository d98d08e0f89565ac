#include "db/postgresql/transaction_modes.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace migrator::db::postgresql {
namespace {

std::string begin(const std::string& data_source) {
    return transaction_modes(parse_data_source(data_source)).begin();
}

TEST(TransactionModes, StateIsolationAndWhatTheDataSourceSays) {
    const struct {
        const char* data_source;
        const char* begin;
    } cases[] = {
        {"host=a", "begin isolation level read committed"},
        {"host=a default_transaction_isolation=Serializable", "begin isolation level serializable"},
        {"host=a default_transaction_isolation='repeatable read'",
         "begin isolation level repeatable read"},
        {"host=a default_transaction_read_only=off",
         "begin isolation level read committed, read write"},
        {"host=a default_transaction_read_only=1",
         "begin isolation level read committed, read only"},
        {"host=a default_transaction_read_only=Tru",
         "begin isolation level read committed, read only"},
        {"host=a default_transaction_deferrable=on",
         "begin isolation level read committed, deferrable"},
        {"host=a options='-c default_transaction_read_only=off'",
         "begin isolation level read committed, read write"},
        {"host=a options='-csearch_path=a --default-transaction-isolation=repeatable\\\\ read'",
         "begin isolation level repeatable read"},
        {"host=a options='-c default_transaction_read_only=on' default_transaction_read_only=off",
         "begin isolation level read committed, read write"},
        {"host=a options='-x default_transaction_read_only=on'",
         "begin isolation level read committed"},
        {"postgres://a/b?options=-c%20default_transaction_isolation%3Dserializable",
         "begin isolation level serializable"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.data_source);
        EXPECT_EQ(begin(c.data_source), c.begin);
    }
}

TEST(TransactionModes, RefuseAValueThatTheServerWouldRefuse) {
    EXPECT_THROW(begin("host=a default_transaction_isolation=none"), Error);
    EXPECT_THROW(begin("host=a default_transaction_read_only=maybe"), Error);
    EXPECT_THROW(begin("host=a default_transaction_read_only=o"), Error);
}

}  // namespace
}  // namespace migrator::db::postgresql
