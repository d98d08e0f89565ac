#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "core/migration.hpp"
#include "db/options.hpp"
#include "db/sql/dialect.hpp"
#include "script/script.hpp"
#include "script/text.hpp"

namespace migrator::db::sql::apply {

/// The text of a file for one schema as it is sent, and what the scanner found in it.
struct PreparedScript {
    script::Text text;                             ///< made from the file's contents
    std::shared_ptr<const script::Script> script;  ///< never null
    /// The file says, or the configuration says of it, that it runs without a transaction.
    bool outside_transaction = false;
};

/// The text of one statement.
std::string statement_text(const PreparedScript& prepared, const script::Statement& statement);

/// A statement of it for people: `"create table t…" in line 3`.
std::string quoted(const PreparedScript& prepared, const script::Statement& statement);

/// Makes scripts ready to send. Keeps the newest scan of each file, for all who work: another
/// schema can use it when its name can't change what is found, as `tenant_8` in the place of
/// `tenant_7`. Thread-safe; both are lent.
class Scripts {
public:
    Scripts(const Dialect& dialect, const Options& options)
        : dialect_(dialect), options_(options) {}

    /// `standard_conforming_strings`: the setting the text will be read under. `migration` lives
    /// as long as what is returned.
    PreparedScript prepare(
        const Migration& migration, const std::string& schema, bool standard_conforming_strings
    );

    const Dialect& dialect() const { return dialect_; }
    const Options& options() const { return options_; }

private:
    struct Scan {
        std::string schema;
        bool standard_conforming_strings = true;
        bool any_schema = false;    ///< the text does not name the schema
        bool other_digits = false;  ///< names that differ in digits are read alike
        std::shared_ptr<const script::Script> script;
        bool outside_transaction = false;

        bool is_for(const std::string& other, bool setting) const;
    };

    bool is_named_in_no_transaction(const Migration& migration) const;

    const Dialect& dialect_;
    const Options& options_;
    std::mutex mutex_;
    std::unordered_map<const Migration*, Scan> scans_;
};

}  // namespace migrator::db::sql::apply
