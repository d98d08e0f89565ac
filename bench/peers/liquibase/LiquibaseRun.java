import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.Collections;
import java.util.List;
import liquibase.Contexts;
import liquibase.LabelExpression;
import liquibase.Liquibase;
import liquibase.Scope;
import liquibase.database.Database;
import liquibase.database.DatabaseFactory;
import liquibase.database.jvm.JdbcConnection;
import liquibase.resource.DirectoryResourceAccessor;
import liquibase.ui.LoggerUIService;

/**
 * Runs Liquibase through its API: less than its command line does, so that nothing is measured that
 * its users could leave out.
 *
 * <pre>LiquibaseRun URL FOLDER [FILE]</pre>
 *
 * The change log is changelog.xml in FOLDER. FILE names tenants, a schema a line: all are brought up
 * in one JVM, one after the other, each with tables of Liquibase's own.
 */
public class LiquibaseRun {
    public static void main(String[] arguments) throws Exception {
        java.util.logging.Logger.getLogger("").setLevel(java.util.logging.Level.WARNING);
        List<String> tenants = arguments.length < 3
                ? Collections.singletonList(null)
                : Files.readAllLines(Path.of(arguments[2]));
        for (String tenant : tenants) {
            update(arguments[0], Path.of(arguments[1]), tenant);
        }
    }

    private static void update(String url, Path folder, String tenant) throws Exception {
        String address = tenant == null ? url : url + "&currentSchema=" + tenant;
        try (Connection connection = DriverManager.getConnection(address, "postgres", "")) {
            Database database = DatabaseFactory.getInstance()
                    .findCorrectDatabaseImplementation(new JdbcConnection(connection));
            Scope.child(Scope.Attr.ui, new LoggerUIService(), () -> {
                Liquibase liquibase = new Liquibase(
                        "changelog.xml", new DirectoryResourceAccessor(folder), database);
                liquibase.update(new Contexts(), new LabelExpression());
            });
        }
    }
}
