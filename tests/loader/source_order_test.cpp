#include "loader/source_order.hpp"

#include <gtest/gtest.h>

namespace migrator::loader {
namespace {

constexpr auto kSingle = MigrationType::SingleMigration;
constexpr auto kTenant = MigrationType::TenantMigration;
constexpr auto kSingleScript = MigrationType::SingleScript;
constexpr auto kTenantScript = MigrationType::TenantScript;

Migration source(MigrationType type, const std::string& dir, const std::string& name) {
    return {
        .name = name,
        .source_dir = "/m/" + dir,
        .file = "/m/" + dir + "/" + name,
        .type = type,
        .contents = "contents of " + dir,
        .check_sum = "sum"};
}

std::vector<std::string> files(const std::vector<Migration>& sources) {
    std::vector<std::string> result;
    for (const auto& s : sources) result.push_back(s.file.substr(3));
    return result;
}

using Files = std::vector<std::string>;

TEST(SourceOrder, InterleavesMigrationsOfBothKindsByFileName) {
    std::vector<Migration> sources{
        source(kSingle, "config", "201602160001.sql"),
        source(kSingle, "config", "201602160002.sql"),
        source(kSingle, "ref", "201602160003.sql"),
        source(kSingle, "ref", "201602160004.sql"),
        source(kTenant, "tenants", "201602160002.sql"),
        source(kTenant, "tenants", "201602160003.sql"),
        source(kTenant, "tenants", "201602160004.sql"),
        source(kTenant, "tenants", "201602160005.sql"),
        source(kSingleScript, "config-scripts", "200001.sql"),
        source(kTenantScript, "tenants-scripts", "100001.sql"),
        source(kTenantScript, "tenants-scripts", "100002.sql")};
    sort_in_source_order(sources);
    EXPECT_EQ(
        files(sources),
        (Files{
            "config/201602160001.sql",
            "config/201602160002.sql",
            "tenants/201602160002.sql",
            "ref/201602160003.sql",
            "tenants/201602160003.sql",
            "ref/201602160004.sql",
            "tenants/201602160004.sql",
            "tenants/201602160005.sql",
            "config-scripts/200001.sql",
            "tenants-scripts/100001.sql",
            "tenants-scripts/100002.sql"})
    );
}

TEST(SourceOrder, ComparesBytes) {
    std::vector<Migration> sources;
    for (const char* name : {"\xC3\xA9.sql", "a.sql", "B.sql", "2.sql", "10.sql", "1.sql", "1"}) {
        sources.push_back(source(kSingle, "d", name));
    }
    sort_in_source_order(sources);
    EXPECT_EQ(
        files(sources),
        (Files{"d/1", "d/1.sql", "d/10.sql", "d/2.sql", "d/B.sql", "d/a.sql", "d/\xC3\xA9.sql"})
    );
}

TEST(SourceOrder, EqualNamesStayInReadingOrder) {
    std::vector<Migration> sources{
        source(kSingle, "z", "2.sql"),
        source(kSingle, "z", "1.sql"),
        source(kSingle, "a", "1.sql"),
        source(kTenant, "m", "1.sql"),
        source(kTenant, "b", "1.sql")};
    sort_in_source_order(sources);
    EXPECT_EQ(files(sources), (Files{"z/1.sql", "a/1.sql", "m/1.sql", "b/1.sql", "z/2.sql"}));
}

TEST(SourceOrder, MovesWholeFiles) {
    std::vector<Migration> sources{source(kTenant, "b", "2"), source(kSingle, "a", "1")};
    sort_in_source_order(sources);
    EXPECT_EQ(
        sources, (std::vector<Migration>{source(kSingle, "a", "1"), source(kTenant, "b", "2")})
    );
}

TEST(SourceOrder, NothingIsSortedToo) {
    std::vector<Migration> sources;
    sort_in_source_order(sources);
    EXPECT_TRUE(sources.empty());
}

}  // namespace
}  // namespace migrator::loader
