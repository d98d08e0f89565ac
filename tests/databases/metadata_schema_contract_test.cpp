// Two products on one server, each with a metadata schema of its own.
#include <thread>

#include "core/error.hpp"
#include "databases/project_test.hpp"
#include "db/audit_chain.hpp"

namespace migrator::test {
namespace {

constexpr const char* kOther = "migrator_two";

/// The database of another project.
class SameDatabase : public TestDatabase {
public:
    explicit SameDatabase(const TestDatabase& database) : database_(database) {}
    const db::Options& options() const override { return database_.options(); }
    std::unique_ptr<db::sql::Server> make_server(const db::Options& options) const override {
        return database_.make_server(options);
    }
    std::vector<std::string> schemas_to_use(const std::string& schema) const override {
        return database_.schemas_to_use(schema);
    }

private:
    const TestDatabase& database_;
};

class MetadataSchema : public ProjectTest {
protected:
    void SetUp() override {
        ProjectTest::SetUp();
        if (IsSkipped()) return;
        project().write("catalog/001_schema.sql", "create schema {schema};");
        project().write("stores/002_a.sql", "create table {schema}.a (x integer);");
        other_ = std::make_unique<Project>(std::make_unique<SameDatabase>(project().server()));
        other_->database.metadata_schema = kOther;
        other_->write("billing/001_schema.sql", "create schema {schema};");
        other_->write("stores/002_b.sql", "create table {schema}.b (x integer);");
    }
    void TearDown() override {
        if (!other_) return;
        if (kind().drop_schema != nullptr) {
            other_->execute(kind().drop_schema(kOther));
            other_->execute(kind().drop_schema("billing"));
            for (const std::string& tenant : tenants_) other_->execute(kind().drop_schema(tenant));
        }
        other_.reset();
    }
    Project& other() { return *other_; }
    void create_tenant(const Project& project, const std::string& name) {
        tenants_.push_back(name);
        project.create_tenant(name);
    }
    /// In the other schema.
    std::string others(const std::string& table) const {
        return kind().schemas_are_files ? own(table) : std::string(kOther) + "." + table;
    }
    static std::string said_of(const std::function<void()>& work, ErrorKind kind) {
        try {
            work();
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), kind) << error.what();
            return error.what();
        }
        ADD_FAILURE() << "no error";
        return {};
    }

private:
    std::unique_ptr<Project> other_;
    std::vector<std::string> tenants_;
};

TEST_P(MetadataSchema, KeepsTwoProductsApart) {
    project().apply();
    other().apply();
    create_tenant(project(), "north");
    create_tenant(other(), "south");
    using Rows = std::vector<std::string>;
    EXPECT_EQ(project().rows(), (Rows{"001_schema.sql/catalog", "002_a.sql/north"}));
    EXPECT_EQ(other().rows(), (Rows{"001_schema.sql/billing", "002_b.sql/south"}));
    EXPECT_EQ(project().value("select name from " + own("migrator_tenants")), "north");
    EXPECT_EQ(other().value("select name from " + others("migrator_tenants")), "south");
    EXPECT_EQ(other().value("select count(*) from south.b", "south"), "0");
    EXPECT_EQ(other().open().connector->versions({}).size(), 2U);
}

/// What only one of them does must leave nothing of the other.
TEST_P(MetadataSchema, IsTheOnlyOneThatIsMade) {
    other().apply();
    create_tenant(other(), "south");
    other().write("stores/003_bad.sql", "insert into {schema}.nothing_there values (1);");
    other().failure_of_apply();
    other().remove("stores/003_bad.sql");
    other().write("stores/004_c.sql", "create table {schema}.c (x integer);");
    other().write("stores/005_alone.sql", "-- migrator:no-transaction\nselect 1;");
    other().apply();
    const auto instance = other().open();
    db::AuditLog& log = instance.connector->audit_log();
    EXPECT_EQ(log.prepare(), std::nullopt);
    EXPECT_TRUE(log.append({.operation = "x", .details = "{}"}, db::AuditChain(), {}));
    EXPECT_EQ(other().value("select count(*) from " + others("migrator_audit")), "1");
    EXPECT_EQ(other().value("select count(*) from " + others("migrator_lock")), "1");
    EXPECT_EQ(other().rows().size(), 4U);
    if (kind().schemas_are_files) return;
    EXPECT_EQ(
        other().value(
            "select count(*) from information_schema.schemata where schema_name = 'migrator'"
        ),
        "0"
    );
}

TEST_P(MetadataSchema, HasALockOfItsOwn) {
    project().apply();
    const auto server = project().server().make_server(project().database);
    const auto held = server->try_lock();
    ASSERT_TRUE(held);
    const auto session = held->take_session();  // it holds what workers hold
    project().options.lock_timeout = std::chrono::milliseconds(0);
    other().options.lock_timeout = std::chrono::milliseconds(0);
    other().apply();
    create_tenant(other(), "south");
    EXPECT_EQ(other().rows().size(), 2U);
    said_of([&] { project().apply(); }, ErrorKind::Locked);
}

/// Nobody may wait: the one that has to is refused.
TEST_P(MetadataSchema, LetsTwoRunAtOnce) {
    project().options.lock_timeout = std::chrono::milliseconds(0);
    other().options.lock_timeout = std::chrono::milliseconds(0);
    project().apply();
    other().apply();
    create_tenant(project(), "north");
    create_tenant(other(), "south");
    constexpr int kVersions = 10;
    const auto run = [](const Project& product) {
        for (int i = 0; i < kVersions; ++i) {
            const std::string number = std::to_string(100 + i);
            product.write(
                "stores/" + number + ".sql", "create table {schema}.t" + number + " (x integer);"
            );
            EXPECT_NO_THROW(product.apply({.version_name = number}));
        }
    };
    std::thread second([&] { run(other()); });
    run(project());
    second.join();
    EXPECT_EQ(project().rows().size(), 2U + kVersions);
    EXPECT_EQ(other().rows().size(), 2U + kVersions);
}

TEST_P(MetadataSchema, IsNobodysTenant) {
    project().apply();
    other().apply();
    EXPECT_NE(
        said_of([&] { project().create_tenant(kOther); }, ErrorKind::MigrationFailed)
            .find("the metadata schema of another migrator"),
        std::string::npos
    );
    for (const char* name : {kOther, "migrator"}) {
        SCOPED_TRACE(name);
        said_of([&] { other().create_tenant(name); }, ErrorKind::MigrationFailed);
    }
    EXPECT_EQ(project().value("select count(*) from " + own("migrator_tenants")), "0");
    EXPECT_EQ(other().value("select count(*) from " + others("migrator_tenants")), "0");
}

TEST_P(MetadataSchema, IsNotDroppedWithATenantThatIsCalledSo) {
    project().apply();
    other().apply();
    project().execute("insert into " + own("migrator_tenants") + " (name) values ('migrator_two')");
    said_of(
        [&] { project().open()->corrections().remove_tenant(kOther, true, "request"); },
        ErrorKind::MigrationFailed
    );
    EXPECT_EQ(other().rows().size(), 1U);
}

TEST_P(MetadataSchema, IsNotChangedByFiles) {
    other().apply();
    for (const std::string& statement :
         {"delete from " + others("migrator_versions") + ";",
          "insert into " + others("migrator_tenants") + " (name) values ('x');"}) {
        SCOPED_TRACE(statement);
        const std::string file = other().write("billing/900_next.sql", statement);
        const std::string said = other().failure_of_apply();
        EXPECT_NE(said.find("migrator's own tables"), std::string::npos) << said;
        other().remove("billing/900_next.sql");
    }
    EXPECT_EQ(other().rows().size(), 1U);
}

TEST_P(MetadataSchema, HasAPlainNameThatIsItsOwn) {
    for (const std::string& name :
         {std::string(),
          std::string("Shop"),
          std::string("a-b"),
          std::string("1a"),
          std::string("a b"),
          std::string("a;b"),
          std::string("a\"b"),
          std::string(49, 'a'),
          std::string("catalog")}) {
        SCOPED_TRACE(name);
        other().database.metadata_schema = name;
        const std::string said = said_of([&] { other().open(); }, ErrorKind::Configuration);
        EXPECT_EQ(said.find("metadataSchema"), 0U) << said;
    }
    other().database.metadata_schema = kOther;
}

MIGRATOR_ON_EVERY_DATABASE(MetadataSchema);

}  // namespace
}  // namespace migrator::test
