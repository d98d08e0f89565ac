#include "db/sqlite/files.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "sqlite/workshop.hpp"

namespace migrator::db::sqlite {
namespace {

using test::message_of;
using test::Workshop;
using ::testing::Test;

TEST(SqliteFiles, RefusesDataSourcesThatAreNoPathOfAFile) {
    const struct {
        const char* text;
        const char* said;
    } cases[] = {
        {"", "empty"},
        {"file:data/migrator.db", "file: URI"},
        {":memory:", "an in-memory database"},
        {"data/", "names a folder"},
        {"/", "names a folder"},
        {"/tmp", "it names an existing folder"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        try {
            Files::parse(c.text);
            ADD_FAILURE() << "accepted";
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::Configuration);
            EXPECT_NE(std::string(error.what()).find(c.said), std::string::npos) << error.what();
        }
    }
}

TEST(SqliteFiles, PutsTheFileOfASchemaBesideTheMetadataFileWithItsExtension) {
    const struct {
        const char* data_source;
        const char* schema_file;
        const char* lock_file;
    } cases[] = {
        {"/srv/data/migrator.db", "/srv/data/north.db", "/srv/data/migrator.db.lock"},
        {"/srv/data/meta.sqlite3", "/srv/data/north.sqlite3", "/srv/data/meta.sqlite3.lock"},
        {"/srv/data/migrator", "/srv/data/north", "/srv/data/migrator.lock"},
        {"/srv/../data/./m.db", "/data/north.db", "/data/m.db.lock"},
    };
    for (const auto& c : cases) {
        const Files files = Files::parse(c.data_source);
        EXPECT_EQ(files.of("north"), c.schema_file);
        EXPECT_EQ(files.lock(), c.lock_file);
    }
    EXPECT_EQ(
        Files::parse("data/m.db").metadata(), std::filesystem::current_path() / "data" / "m.db"
    );
}

TEST(SqliteFiles, ASchemaMayBeCalledLikeTheMetadataFile) {
    const struct {
        const char* data_source;
        const char* schema;
        const char* file;
    } cases[] = {
        {"/srv/shop.db", "shop", "/srv/shop.schema.db"},
        {"/srv/shop.db", "Shop", "/srv/Shop.schema.db"},
        {"/srv/shop", "shop", "/srv/shop.schema"},
        {"/srv/shop.schema.db", "shop", "/srv/shop.db"},
    };
    for (const auto& c : cases) EXPECT_EQ(Files::parse(c.data_source).of(c.schema), c.file);
}

TEST(SqliteFiles, RefusesNamesThatNoSchemaCanHave) {
    const Files files = Files::parse("/srv/data/books.db");
    for (const char* name :
         {"main", "Temp", "MIGRATOR", "a-b", "1st", "", "a b", "select", "Order", "a\"b"}) {
        EXPECT_NE(files.problem_with(name), "") << name;
    }
    for (const char* name : {"north", "North", "_x", "t2", "config", "books", "Books", "books2"}) {
        EXPECT_EQ(files.problem_with(name), "") << name;
    }
}

class SqliteServer : public Workshop {};

TEST_F(SqliteServer, RefusesSingleSchemasThatItCannotTake) {
    const struct {
        std::vector<std::string> singles;
        const char* said;
    } cases[] = {
        {{"ref", "migrator"}, "the name is reserved"},
        {{"ref", "config-data"}, "use letters, digits"},
        {{"Ref", "ref"}, "Ref and ref differ only in case"},
        {{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"}, "at most 9"},
    };
    for (const auto& c : cases) {
        const auto said = message_of([&] { use_singles(c.singles); });
        EXPECT_NE(said.find(c.said), std::string::npos) << said;
    }
    EXPECT_NO_THROW(use_singles({"a", "b", "c", "d", "e", "f", "g", "h", "i"}));
}

TEST_F(SqliteServer, RefusesARole) {
    db::Options with_role = options();
    with_role.set_role = "owner";
    EXPECT_NE(message_of([&] { make_server(with_role); }).find("setRole"), std::string::npos);
}

TEST_F(SqliteServer, SaysThatTheFolderOfTheMetadataFileIsMissing) {
    db::Options elsewhere = options();
    elsewhere.data_source = file("no/such/m.db").string();
    const auto server = make_server(elsewhere);
    for (const auto& said :
         {message_of([&] { server->connect(); }), message_of([&] { server->try_lock(); })}) {
        EXPECT_NE(said.find(file("no/such").string()), std::string::npos) << said;
        EXPECT_NE(said.find("does not exist"), std::string::npos) << said;
    }
}

TEST_F(SqliteServer, SaysWhichFileIsNoDatabase) {
    dir_.write("migrator.db", std::string(4096, 'x'));
    try {
        connect();
        ADD_FAILURE() << "connected";
    } catch (const Error& error) {
        const std::string said = error.what();
        EXPECT_EQ(error.kind(), ErrorKind::Unavailable);
        EXPECT_TRUE(said.starts_with("failed to connect to database: ")) << said;
        EXPECT_NE(said.find(file("migrator.db").string()), std::string::npos) << said;
        EXPECT_NE(said.find("not a database"), std::string::npos) << said;
    }
}

}  // namespace
}  // namespace migrator::db::sqlite
