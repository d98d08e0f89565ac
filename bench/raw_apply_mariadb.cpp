// The least that applies a folder of SQL files to some schemas of a MariaDB server and records them
// as migrator does where DDL commits: before each statement that is no INSERT an update of the
// schema's progress row, then the statement, at the end of each file its row and COMMIT, joined to
// messages of 256 KiB. No lock, no checks, no second look: a line of a file is a statement.
//
//   raw_apply_mariadb SOCKET PASSWORD FOLDER SCHEMA…
//
// Needs the tables of scripts/bench-mariadb.sh in database `raw`.
#include <mysql.h>
#include <openssl/evp.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

void run(MYSQL* db, const std::string& sql) {
    int next = mysql_real_query(db, sql.data(), sql.size());
    while (next == 0) {
        if (MYSQL_RES* rows = mysql_use_result(db)) mysql_free_result(rows);
        next = mysql_next_result(db);
    }
    if (next > 0) {
        std::fprintf(stderr, "%.60s: %s\n", sql.c_str(), mysql_error(db));
        std::exit(1);
    }
}

std::string sha256(const std::string& text) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha256(), nullptr);
    std::string hex;
    for (unsigned int i = 0; i < size; ++i) {
        for (const int nibble : {digest[i] >> 4, digest[i] & 15}) hex += "0123456789abcdef"[nibble];
    }
    return hex;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
    return text;
}

std::string quoted(const std::string& text) {
    return "'" + replaced(replaced(text, "\\", "\\\\"), "'", "''") + "'";
}

/// The file for one schema, as it is sent.
std::string message_of(
    const std::filesystem::path& file, const std::string& text, const std::string& schema
) {
    std::string message;
    std::size_t number = 0;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        const std::string line = text.substr(begin, end - begin);
        begin = end + 1;
        if (line.rfind("insert", 0) != 0) {
            message += "update raw.state set version_id = 1, state = 'running', file = " +
                       quoted(file.string()) + ", statement = " + std::to_string(number) +
                       ", sqlst = '', message = " + quoted(line.substr(0, 60)) +
                       ", changed = utc_timestamp(6) where tenant = " + quoted(schema) + ";\n";
        }
        message += replaced(line, "{schema}", schema) + "\n";
        ++number;
    }
    return message +
           "insert into raw.recorded (name, source_dir, filename, type, db_schema, contents, "
           "checksum, version_id) values (" +
           quoted(file.filename().string()) + ", " + quoted(file.parent_path().string()) + ", " +
           quoted(file.string()) + ", 2, " + quoted(schema) + ", " + quoted(text) + ", '" +
           sha256(text) +
           "', 1);\nupdate raw.state set state = 'planned', file = '', statement = 0, sqlst = '', "
           "message = '' where tenant = " +
           quoted(schema) + ";\ncommit;\n";
}

int main(int count, char** argv) {
    const std::vector<std::string> schemas(argv + 4, argv + count);
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(argv[3])) files.push_back(entry);
    std::sort(files.begin(), files.end());
    MYSQL* db = mysql_init(nullptr);
    if (mysql_real_connect(
            db, "localhost", "root", argv[2], nullptr, 0, argv[1], CLIENT_MULTI_STATEMENTS
        ) == nullptr) {
        std::fprintf(stderr, "%s\n", mysql_error(db));
        return 1;
    }
    std::string message = "set autocommit = 0;\n";
    for (const auto& file : files) {
        std::ifstream in(file, std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(in), {}};
        for (const std::string& schema : schemas) {
            message += message_of(file, text, schema);
            if (message.size() < 262'144) continue;
            message.resize(message.size() - 2);  // no empty statement behind the last ';'
            run(db, message);
            message.clear();
        }
    }
    if (!message.empty()) message.resize(message.size() - 2);
    run(db, message);
    mysql_close(db);  // whether all is there, scripts/bench-mariadb.sh asks the database
}
