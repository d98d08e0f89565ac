import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;

/**
 * Runs Flyway through its API: less than its command line does, so that nothing is measured that its
 * users could leave out.
 *
 * <pre>FlywayRun URL FOLDER GROUP [FILE]</pre>
 *
 * GROUP is `group` (all pending files in one transaction) or `each`. FILE names tenants, a schema a
 * line: all are brought up in one JVM, one after the other, each with a history table of its own.
 */
public class FlywayRun {
    public static void main(String[] arguments) throws Exception {
        if (arguments.length < 4) {
            migrate(arguments, null);
            return;
        }
        List<String> tenants = Files.readAllLines(Path.of(arguments[3]));
        for (String tenant : tenants) {
            migrate(arguments, tenant);
        }
    }

    private static void migrate(String[] arguments, String tenant) {
        FluentConfiguration configuration = Flyway.configure()
                .dataSource(arguments[0], "postgres", "")
                .locations("filesystem:" + arguments[1])
                .group(arguments[2].equals("group"));
        if (tenant != null) {
            configuration.defaultSchema(tenant).createSchemas(false).baselineOnMigrate(false);
        }
        configuration.load().migrate();
    }
}
