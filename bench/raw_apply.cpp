// The least that applies a folder of SQL files and records them: what `migrator apply` is measured
// against. No lock, no checks, no second look: reads and hashes the files, joins them to messages
// of 256 KiB, records them with one COPY, all in one transaction.
//
//   raw_apply CONNECTION FOLDER SCHEMA
#include <libpq-fe.h>
#include <openssl/evp.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

void run(PGconn* db, const std::string& sql, ExecStatusType wanted = PGRES_COMMAND_OK) {
    PGresult* result = PQexec(db, sql.c_str());
    if (PQresultStatus(result) != wanted) {
        std::fprintf(stderr, "%.60s: %s", sql.c_str(), PQerrorMessage(db));
        std::exit(1);
    }
    PQclear(result);
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

int main(int, char** argv) {
    const std::string folder = argv[2], schema = argv[3];
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry);
    std::sort(files.begin(), files.end());
    PGconn* db = PQconnectdb(argv[1]);
    run(db,
        "begin; create table recorded (id serial primary key, name varchar(200), source_dir "
        "varchar(200), filename varchar(200), type int, db_schema varchar(200), created "
        "timestamp default now(), contents text, checksum varchar(64), version_id int)");
    std::string message, rows;
    for (const auto& file : files) {
        std::ifstream in(file, std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(in), {}};
        message += replaced(text, "{schema}", schema) + "\n;\n";
        rows += file.filename().string() + '\t' + folder + '\t' + file.string() + "\t1\t" + schema +
                '\t' + replaced(replaced(text, "\\", "\\\\"), "\n", "\\n") + '\t' + sha256(text) +
                "\t1\n";
        if (message.size() < 262'144 && file != files.back()) continue;
        run(db, message);
        message.clear();
    }
    run(db,
        "copy recorded (name, source_dir, filename, type, db_schema, contents, checksum, "
        "version_id) from stdin",
        PGRES_COPY_IN);
    PQputCopyData(db, rows.data(), static_cast<int>(rows.size()));
    PQputCopyEnd(db, nullptr);
    while (PGresult* result = PQgetResult(db)) PQclear(result);
    run(db, "commit");
    PQfinish(db);  // whether all is there, scripts/bench.sh asks the database
}
