#include "db/postgresql/rows.hpp"

#include "core/log.hpp"
#include "db/postgresql/hints.hpp"

namespace migrator::db::postgresql {
namespace {

void copy_row(const PGresult& result, int number, sql::Row& columns) {
    columns.resize(static_cast<std::size_t>(PQnfields(&result)));
    int column = 0;
    for (sql::Value& value : columns) {
        if (PQgetisnull(&result, number, column) != 0) {
            value.reset();
        } else {
            const int length = PQgetlength(&result, number, column);
            value.emplace(PQgetvalue(&result, number, column), static_cast<std::size_t>(length));
        }
        ++column;
    }
}

}  // namespace

Error own_sql_error(const ServerError& error) {
    if (error.connection_lost) return {ErrorKind::Unavailable, describe(error)};
    Error refused(ErrorKind::Internal, describe(error));
    refused.advise(own_hint_for(error));
    return refused;
}

Rows::~Rows() {
    if (ended_) return;
    try {
        if (connection_.end_early() && alone_) connection_.run("rollback");
    } catch (const std::exception& error) {
        // What is left is taken in before the next message (`Connection::settle`).
        log::warn(std::string("Could not end a read early: ") + error.what());
    }
}

void Rows::send(const std::string& sql, std::span<const sql::Value> parameters) {
    error_ = connection_.send(sql, parameters);
    if (error_) finish();
}

bool Rows::next(sql::Row& row) {
    while (!ended_) {
        if (result_ && next_row_ < PQntuples(result_.get())) {
            copy_row(*result_, next_row_++, row);
            return true;
        }
        next_row_ = 0;
        result_ = connection_.next_result(error_);
        if (!result_) {
            finish();
        } else if (PQresultStatus(result_.get()) == PGRES_SINGLE_TUPLE && PQntuples(result_.get()) != 1) {
            throw Error(ErrorKind::Internal, "the client library lost a row");
        }
    }
    return false;
}

void Rows::finish() {
    ended_ = true;
    if (error_) {
        if (alone_) connection_.run("rollback");
        throw own_sql_error(*error_);
    }
    if (!alone_) return;
    if (const auto error = connection_.run("commit")) throw own_sql_error(*error);
}

}  // namespace migrator::db::postgresql
