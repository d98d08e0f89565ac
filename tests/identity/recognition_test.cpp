#include "identity/recognition.hpp"

#include <gtest/gtest.h>

namespace migrator::identity {
namespace {

constexpr unsigned kTenant = kind_bit(MigrationType::TenantMigration);

class RecognitionTest : public testing::Test {
protected:
    void file(const std::string& directory, const std::string& name, const std::string& text) {
        Migration& added = files.emplace_back();
        added.name = name;
        added.source_dir = place_of(source.base, directory);
        added.file = added.source_dir + "/" + name;
        added.type = MigrationType::TenantMigration;
        added.contents = text;
        added.check_sum = "sum of " + text;
    }
    void row(const std::string& name, const std::string& text) {
        recorded.push_back({name, {.kinds = kTenant, .check_sum = "sum of " + text}});
    }
    Recognition look() const { return recognize(source, declared, recorded, files); }

    Source source{"/new", {"ten", "cat"}};
    std::vector<SamePlace> declared;
    std::vector<RecordedName> recorded;
    std::vector<Migration> files;
};

TEST_F(RecognitionTest, AdoptsTheOnlyOtherPlaceIfTheFilesAreTheSame) {
    file("ten", "1.sql", "a");
    file("ten", "2.sql", "b");
    row("/old/ten/1.sql", "a");
    const Recognition known = look();
    EXPECT_EQ(known.base.adopted, "/old");
    EXPECT_EQ(known.names.of("/old/ten/1.sql").today, "/new/ten/1.sql");
    EXPECT_TRUE(known.base.elsewhere.empty());
}

TEST_F(RecognitionTest, DoesNotAdoptWhatIsNotPlainlyTheSame) {
    file("ten", "1.sql", "a");
    file("ten", "2.sql", "b");
    const auto expect_unclear = [&](const char* why) {
        const Recognition known = look();
        EXPECT_EQ(known.base.adopted, std::nullopt) << why;
        EXPECT_FALSE(known.base.elsewhere.empty()) << why;
        EXPECT_FALSE(known.base.why_not.empty()) << why;
        EXPECT_EQ(known.names.of("/old/ten/1.sql").today, "/old/ten/1.sql") << why;
    };
    row("/old/ten/1.sql", "edited");
    expect_unclear("another text");
    recorded = {{"/old/ten/1.sql", {.kinds = kTenant, .check_sum = ""}}};
    expect_unclear("a row of version 4");
    recorded.clear();
    row("/old/ten/9.sql", "z");
    expect_unclear("nothing in common");
    recorded.clear();
    row("/old/ten/1.sql", "a");
    row("/old/ten/7.sql", "y");
    row("/old/ten/8.sql", "z");
    expect_unclear("most of it is another project's");
    recorded.clear();
    row("/old/ten/1.sql", "a");
    row("/other/ten/1.sql", "a");
    expect_unclear("two places");
}

TEST_F(RecognitionTest, BlankFilesProveNothing) {
    file("ten", "1.sql", " \n");
    row("/old/ten/1.sql", " \n");
    EXPECT_EQ(look().base.adopted, std::nullopt);
}

TEST_F(RecognitionTest, APlaceWithRecordsGoesOnAsItIs) {
    file("ten", "1.sql", "a");
    row("/old/ten/1.sql", "a");
    row("/new/ten/1.sql", "a");
    const Recognition known = look();
    EXPECT_EQ(known.base.adopted, std::nullopt);
    EXPECT_TRUE(known.base.elsewhere.empty());
    EXPECT_EQ(known.names.of("/old/ten/1.sql").belonging, Belonging::Elsewhere);
}

TEST_F(RecognitionTest, DeclaredPlacesAreOneInBothDirections) {
    file("ten", "1.sql", "a");
    row("/old/ten/1.sql", "edited");
    row("/older/cat/1.sql", "z");
    declared = {{"/older", "/old"}, {"/old", "/new"}};
    const Recognition known = look();
    EXPECT_EQ(known.names.of("/older/cat/1.sql").today, "/new/cat/1.sql");
    source.base = "/older";
    EXPECT_EQ(look().names.of("/new/ten/1.sql").today, "/older/ten/1.sql");
}

TEST_F(RecognitionTest, APlaceOfItsOwnIsNobodyElses) {
    file("ten", "1.sql", "a");
    row("/old/ten/1.sql", "a");
    declared = {{"/new", "/new"}};
    const Recognition known = look();
    EXPECT_EQ(known.base.adopted, std::nullopt);
    EXPECT_TRUE(known.base.elsewhere.empty());
}

TEST_F(RecognitionTest, ABucketOfTheSameFiles) {
    source.base = "s3://bucket/app/";
    file("ten", "1.sql", "a");
    EXPECT_EQ(files[0].file, "s3://bucket/app//app/ten/1.sql");
    row("/old/ten/1.sql", "a");
    EXPECT_EQ(look().names.of("/old/ten/1.sql").today, files[0].file);
    // Without the slash at the end it is the same place.
    recorded.clear();
    row("s3://bucket/app/app/ten/1.sql", "edited");
    EXPECT_EQ(look().base.adopted, std::nullopt);
    EXPECT_EQ(look().names.of("s3://bucket/app/app/ten/1.sql").today, files[0].file);
}

TEST_F(RecognitionTest, ABaseThatNamesASchemaIsAnotherOne) {
    source = {"/new/shop", {"."}};
    file(".", "1.sql", "a");
    files[0].type = MigrationType::SingleMigration;
    constexpr unsigned kSingle = kind_bit(MigrationType::SingleMigration);
    recorded = {{"/old/shop/1.sql", {.kinds = kSingle, .check_sum = "sum of a"}}};
    EXPECT_EQ(look().base.adopted, "/old/shop");
    recorded = {{"/old/store/1.sql", {.kinds = kSingle, .check_sum = "sum of a"}}};
    EXPECT_EQ(look().base.adopted, std::nullopt);
    EXPECT_NE(look().base.why_not.find("schema store"), std::string::npos);
}

TEST_F(RecognitionTest, DirectoriesMayLeaveTheBase) {
    source.directories = {"ten", "../shared/ref"};
    file("ten", "1.sql", "a");
    row("/old/m/ten/1.sql", "a");
    declared = {{"/old/m", "/new"}};
    EXPECT_EQ(look().names.of("/old/shared/ref/1.sql").today, "/shared/ref/1.sql");
}

TEST_F(RecognitionTest, AnotherProjectMayBeBelowTheBase) {
    file("ten", "1.sql", "a");
    row("/new/ten/1.sql", "a");
    row("/new/other/ten/1.sql", "b");
    row("/new/gone/1.sql", "c");
    const Names names = look().names;
    EXPECT_EQ(names.of("/new/other/ten/1.sql").belonging, Belonging::Perhaps);
    EXPECT_EQ(names.of("/new/gone/1.sql").belonging, Belonging::Here);
}

}  // namespace
}  // namespace migrator::identity
