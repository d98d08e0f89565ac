// What is said of connections that a test server does not refuse.
#include "db/postgresql/hints.hpp"

#include <gtest/gtest.h>

#include <string>

namespace migrator::db::postgresql::test {
namespace {

TEST(PostgresqlConnectHints, AreForWhatWaitingDoesNotHelp) {
    const struct {
        const char* message;
        const char* advice;
    } cases[] = {
        {"connection to server at \"x\", port 5432 failed: FATAL: password authentication failed "
         "for user \"u\"",
         "user and password"},
        {"connection to server at \"x\", port 5432 failed: fe_sendauth: no password supplied",
         "the password"},
        {"FATAL: no pg_hba.conf entry for host \"10.0.0.1\", user \"u\", database \"d\", no "
         "encryption",
         "pg_hba.conf"},
        {"FATAL: pg_hba.conf rejects connection for host \"10.0.0.1\"", "pg_hba.conf"},
        {"connection to server on socket \"/run/x\" failed: FATAL: Peer authentication failed for "
         "user \"u\"",
         "operating system"},
        {"could not translate host name \"x\" to address: Name or service not known",
         "host and port"},
        {"SSL error: certificate verify failed", "sslrootcert"},
        {"server certificate for \"a\" does not match host name \"b\"", "sslrootcert"},
        {"server does not support SSL, but SSL was required", "sslmode"},
        {"could not load private key file \"k\"", "sslkey"},
        {"received invalid response to SSL negotiation: H", "not that of a PostgreSQL server"},
        {"FATAL: unsupported startup parameter: options", "pooler"},
    };
    for (const auto& c : cases) {
        const std::string advice = connect_hint_for(c.message);
        EXPECT_NE(advice.find(c.advice), std::string::npos) << c.message << "\n" << advice;
    }
}

TEST(PostgresqlConnectHints, LetPeopleWaitForWhatPasses) {
    for (const char* message :
         {"connection to server at \"x\", port 5432 failed: Connection refused Is the server "
          "running on that host and accepting TCP/IP connections?",
          "FATAL: the database system is starting up",
          "FATAL: the database system is shutting down",
          "FATAL: the database system is not yet accepting connections DETAIL: Consistent recovery "
          "state has not been yet reached; recovery mode",
          "FATAL: sorry, too many clients already",
          "FATAL: remaining connection slots are reserved for non-replication superuser "
          "connections",
          "FATAL: too many connections for role \"u\"",
          "connection to server at \"x\" failed: timeout expired",
          "session is read-only",
          "could not translate host name \"a\" to address connection to server at \"b\" failed: "
          "Connection refused"}) {
        EXPECT_EQ(connect_hint_for(message), "") << message;
    }
}

}  // namespace
}  // namespace migrator::db::postgresql::test
