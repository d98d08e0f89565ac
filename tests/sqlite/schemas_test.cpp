#include <sqlite3.h>
#include <unistd.h>

#include "sqlite/workshop.hpp"
#include "support/unprivileged.hpp"

namespace migrator::test {
namespace {

class SqliteSchemas : public Workshop {
protected:
    std::string attached(db::sql::Session& session) {
        return ask(
            session,
            "select name from pragma_database_list where name not in "
            "('main', 'temp') order by seq"
        );
    }
    void use(db::sql::Session& session, const std::vector<std::string>& names) {
        session.use_schemas(names);
    }
};

TEST_F(SqliteSchemas, AreFilesBesideTheMetadataFile) {
    const auto session = connect();
    use(*session, {"north", "south"});
    session->begin({});
    ASSERT_EQ(said(run(*session, "create table north.t (x); create table south.t (y)")), "");
    ASSERT_EQ(said(session->commit()), "");
    EXPECT_EQ(read("north.db", "select sql from sqlite_schema"), "CREATE TABLE t (x)");
    EXPECT_EQ(read("south.db", "select sql from sqlite_schema"), "CREATE TABLE t (y)");
}

TEST_F(SqliteSchemas, OneMayBeCalledLikeTheMetadataFile) {
    db::Options called_like = options();
    called_like.data_source = file("shop.db").string();
    called_like.single_schemas = {"shop"};
    const auto session = db::sqlite::make_server(called_like)->connect();
    use(*session, {"shop"});
    session->begin({});
    ASSERT_EQ(said(run(*session, "create table shop.t (x); create table main.m (y)")), "");
    ASSERT_EQ(said(session->commit()), "");
    EXPECT_EQ(read("shop.schema.db", "select sql from sqlite_schema"), "CREATE TABLE t (x)");
    EXPECT_EQ(read("shop.db", "select sql from sqlite_schema"), "CREATE TABLE m (y)");
}

TEST_F(SqliteSchemas, AreDetachedWhenNoLongerWanted) {
    const auto session = connect();
    use(*session, {"north", "south"});
    EXPECT_EQ(attached(*session), "north south");
    use(*session, {"south", "west", "south"});
    EXPECT_EQ(attached(*session), "south west");
    use(*session, {});
    EXPECT_EQ(attached(*session), "");
}

TEST_F(SqliteSchemas, AreTenAtMost) {
    const auto session = connect();
    std::vector<std::string> names;
    for (char letter = 'a'; letter < 'k'; ++letter) names.push_back(std::string("t_") + letter);
    use(*session, names);
    session->begin({});
    for (const auto& name : names) {
        ASSERT_EQ(said(run(*session, "create table " + name + ".t (x)")), "");
    }
    ASSERT_EQ(said(session->commit()), "");
    names.push_back("t_z");
    EXPECT_NE(message_of([&] { use(*session, names); }).find("at most"), std::string::npos);
}

TEST_F(SqliteSchemas, ExistingSingleSchemasAreThereAsFarAsThereIsRoom) {
    write("config.db", "create table settings (x)");
    const auto session = connect();
    use(*session, {"north"});
    EXPECT_EQ(attached(*session), "north config");
    use(*session, {});
    EXPECT_EQ(attached(*session), "");
    use(*session, {"a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9", "a10"});
    EXPECT_EQ(attached(*session), "a1 a2 a3 a4 a5 a6 a7 a8 a9 a10");
}

TEST_F(SqliteSchemas, RefusesNamesThatAreNotFitToBeOne) {
    write("West.db", "create table t (x)");
    const auto session = connect();
    const struct {
        std::vector<std::string> names;
        const char* said;
    } cases[] = {
        {{"north", "migrator"}, "'migrator'"},
        {{"a-b"}, "use letters, digits"},
        {{"select"}, "keyword"},
        {{"north", "North"}, "north and North differ only in case"},
        {{"CONFIG"}, "CONFIG and config differ only in case"},
        {{"west"}, "West.db already exists"},
    };
    for (const auto& c : cases) {
        try {
            use(*session, c.names);
            ADD_FAILURE() << c.said;
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::MigrationFailed);
            EXPECT_NE(std::string(error.what()).find(c.said), std::string::npos) << error.what();
        }
    }
    EXPECT_EQ(attached(*session), "");
}

TEST_F(SqliteSchemas, SaysWhichFileCannotBeUsed) {
    std::filesystem::create_directory(file("folder.db"));
    dir_.write("text.db", std::string(4096, 'x'));
    for (const char* name : {"folder", "text"}) {
        const auto session = connect();
        try {
            use(*session, {"north", name});
            ADD_FAILURE() << name;
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::Unavailable);
            EXPECT_TRUE(
                std::string(error.what())
                    .starts_with("cannot use " + file(std::string(name) + ".db").string() + ": ")
            ) << error.what();
        }
    }
}

TEST_F(SqliteSchemas, SaysWhatCannotBeWrittenTo) {
    namespace fs = std::filesystem;
    constexpr auto kWrite =
        fs::perms::owner_write | fs::perms::group_write | fs::perms::others_write;
    write("migrator.db", "create table t (x)");
    write("north.db", "create table t (x)");
    fs::permissions(dir_.path(), fs::perms::all);
    for (const char* name : {"migrator.db", "north.db"}) {
        fs::permissions(file(name), fs::perms::all);
    }
    for (const fs::path& path : {file("north.db"), dir_.path()}) {
        fs::permissions(path, kWrite, fs::perm_options::remove);
        {
            const test::Unprivileged others;
            const auto fresh = connect();
            const auto message = message_of([&] {
                use(*fresh, {"north"});
                fresh->begin({});
            });
            EXPECT_NE(message.find(path.string()), std::string::npos) << message;
            EXPECT_EQ(ask(*connect(), "select count(*) from main.t"), "0");
        }
        fs::permissions(path, kWrite, fs::perm_options::add);
    }
}

TEST_F(SqliteSchemas, CannotChangeInsideATransaction) {
    const auto session = connect();
    use(*session, {"north"});
    session->begin({});
    EXPECT_THROW(use(*session, {"south"}), Error);
}

TEST_F(SqliteSchemas, InWalModeAreInDeleteModeForTheRunAndBackInWalBehindIt) {
    for (const char* name : {"migrator.db", "north.db", "south.db"}) {
        write(name, "pragma journal_mode = wal");
        write(name, "create table t (x)");
    }
    auto session = connect();
    use(*session, {"north", "south"});
    session->begin({});
    for (const char* schema : {"main", "north", "south"}) {
        const std::string pragma = std::string("pragma ") + schema;
        EXPECT_EQ(ask(*session, pragma + ".journal_mode"), "delete");
        EXPECT_EQ(ask(*session, pragma + ".synchronous"), "2");
    }
    ASSERT_EQ(said(run(*session, "insert into north.t values (1)")), "");
    ASSERT_EQ(said(session->commit()), "");
    use(*session, {"south"});
    EXPECT_EQ(read("north.db", "pragma journal_mode"), "wal");
    EXPECT_EQ(read("south.db", "pragma journal_mode"), "delete");
    session.reset();
    EXPECT_EQ(read("south.db", "pragma journal_mode"), "wal");
    EXPECT_EQ(read("migrator.db", "pragma journal_mode"), "wal");
    EXPECT_EQ(read("north.db", "select x from t"), "1");
}

TEST_F(SqliteSchemas, InWalModeThatAnotherProgramHasOpenAreNamed) {
    write("north.db", "pragma journal_mode = wal");
    sqlite3* other = nullptr;
    ASSERT_EQ(sqlite3_open(file("north.db").c_str(), &other), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(other, "create table t (x)", nullptr, nullptr, nullptr), SQLITE_OK);
    const auto session = connect();
    use(*session, {"north"});
    const auto message =
        message_of([&] { session->begin({.lock_timeout = std::chrono::milliseconds(1)}); });
    EXPECT_NE(message.find(file("north.db").string()), std::string::npos) << message;
    EXPECT_NE(message.find("WAL"), std::string::npos) << message;
    sqlite3_close(other);
    EXPECT_NO_THROW(session->begin({}));
}

}  // namespace
}  // namespace migrator::test
