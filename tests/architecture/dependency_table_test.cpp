#include "architecture/dependency_table.hpp"

#include <gtest/gtest.h>

namespace migrator::test {
namespace {

const DependencyTable& table() {
    static const DependencyTable table(R"(# Title

| `elsewhere` | another table | – |

## Folders and the direction of dependencies

Text.

| folder | holds | may include |
|---|---|---|
| `core` | value types | – |
| `cloud` | `aws/` `azure/` | core |
| `db` | Connector | core |
| `db/sql` | the algorithm | db, core |
| `db/a` `db/b` | each a Session | db/sql, db, cloud (tokens), core |
| `config` | settings; more | option headers of db, cloud; core |
| `app` | main | everything |

## Next

| `another` | table | – |
)");
    return table;
}

TEST(DependencyTable, AllowsWhatItsRowSays) {
    const struct {
        const char* directory;
        const char* included;
        const char* objection;
    } cases[] = {
        {"core", "core/error.hpp", ""},
        {"core", "db/connector.hpp", "core may not include db"},
        {"db", "core/error.hpp", ""},
        {"db", "db/sql/session.hpp", "db may not include db/sql"},
        {"db/sql", "db/connector.hpp", ""},
        {"db/a", "db/sql/session.hpp", ""},
        {"db/b", "cloud/aws/token.hpp", ""},
        {"db/b", "db/a/a.hpp", "db/b may not include db/a"},
        {"cloud/aws", "cloud/azure/x.hpp", ""},
        {"cloud/aws", "db/connector.hpp", "cloud may not include db"},
        {"config", "db/options.hpp", ""},
        {"config", "db/connector.hpp", "config may not include db"},
        {"config", "core/log.hpp", ""},
        {"app", "db/a/a.hpp", ""},
        {"core", "error.hpp", "the path does not start at src/"},
        {"new", "core/error.hpp", "folder new is not in the table"},
        {"core", "new/x.hpp", "folder new is not in the table"},
        {"db/new", "core/error.hpp", "folder db/new is not in the table"},
        {"another", "core/error.hpp", "folder another is not in the table"},
        {"elsewhere", "core/error.hpp", "folder elsewhere is not in the table"}};
    for (const auto& c : cases) {
        SCOPED_TRACE(std::string(c.directory) + " includes " + c.included);
        EXPECT_EQ(table().objection(c.directory, c.included), c.objection);
    }
}

TEST(DependencyTable, IsEmptyWithoutItsHeading) {
    EXPECT_FALSE(table().empty());
    EXPECT_TRUE(DependencyTable("| `core` | x | – |\n").empty());
}

}  // namespace
}  // namespace migrator::test
