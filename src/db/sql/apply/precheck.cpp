#include "db/sql/apply/precheck.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "core/count_of.hpp"
#include "core/error.hpp"
#include "core/log.hpp"
#include "core/utf8.hpp"
#include "db/sql/apply/checks.hpp"
#include "db/sql/apply/own_tables.hpp"
#include "db/sql/apply/state_left.hpp"
#include "db/sql/failure.hpp"

namespace migrator::db::sql::apply {
namespace {

constexpr std::size_t kMaxName = 200;            // varchar(200) of the metadata columns
constexpr std::size_t kRoomForRecords = 16'384;  // in a message, beside a file's contents

const script::Statement* first_with(const script::Script& script, std::uint32_t traits) {
    const auto found =
        std::ranges::find_if(script.statements, [&](const script::Statement& statement) {
            return (statement.traits & traits) != 0;
        });
    return found == script.statements.end() ? nullptr : &*found;
}

/// Empty, or why a name does not fit its column.
std::string length_problem(const Migration& migration) {
    for (const std::string* value : {&migration.name, &migration.source_dir, &migration.file}) {
        if (value->size() <= kMaxName) continue;  // bytes are at least as many as characters
        const std::size_t length = utf8_length(*value);
        if (length > kMaxName) {
            return fmt::format(
                "the name {} has {} characters, the limit is {}; shorten it",
                *value,
                length,
                kMaxName
            );
        }
    }
    return {};
}

/// Empty, or why a file can't run at all.
std::string general_problem(const PreparedScript& prepared, const Dialect& dialect) {
    const script::Script& script = *prepared.script;
    if (!script.problem.empty()) return script.problem;
    if (const script::Statement* statement = first_with(script, script::kForbidden)) {
        return fmt::format(
            "{} is not allowed: {}", quoted(prepared, *statement), dialect.why_forbidden
        );
    }
    return check_problem(prepared, dialect.lexis);
}

/// Empty, or what is wrong with the statements of a file that has to run in a transaction.
std::string transaction_problem(
    const Migration& migration, const PreparedScript& prepared, const Dialect& dialect
) {
    const script::Script& script = *prepared.script;
    // Where each file is committed by itself there is no transaction that one could end.
    const bool may_control = !dialect.transactional_ddl || script.wrapped;
    if (const script::Statement* statement = first_with(script, script::kTransactionControl);
        statement != nullptr && !may_control) {
        return fmt::format(
            "{} would end or nest the transaction of the run; remove it, or, to run the file "
            "outside a transaction, {}",
            quoted(prepared, *statement),
            no_transaction_advice(migration.name)
        );
    }
    if (const script::Statement* statement = first_with(script, script::kRefusesTransaction)) {
        return fmt::format(
            "{} {}; {}",
            quoted(prepared, *statement),
            dialect.why_not_in_transaction,
            no_transaction_advice(migration.name)
        );
    }
    return {};
}

/// Looks at the names in files, in the order of the plan.
class NamesJudge {
public:
    explicit NamesJudge(const Scripts& scripts)
        : dialect_(scripts.dialect()),
          options_(scripts.options()),
          keeps_state_(options_.session_state == SessionState::Keep) {}

    /// Empty, or what is wrong with what the file names.
    std::string problem(
        const Migration& migration, const PreparedScript& prepared, const std::string& schema
    ) {
        if (dialect_.judge == nullptr) return own_tables_problem(migration, prepared);
        const auto found = dialect_.judge(
            {.text = prepared.text.whole(),
             .script = *prepared.script,
             .schema = schema,
             .placeholder = options_.placeholder,
             .outside_transaction = prepared.outside_transaction,
             .temporary = temporary_}
        );
        if (keeps_state_) keep_temporary(prepared);
        if (!found) return {};
        return fmt::format(
            "{} {}{}",
            quoted(prepared, *found->statement),
            found->why,
            found->wants_no_transaction ? "; " + no_transaction_advice(migration.name) : ""
        );
    }

    /// Whether a file may be about migrator's own tables.
    bool names_own_tables() const { return names_own_tables_; }

private:
    std::string own_tables_problem(const Migration& migration, const PreparedScript& prepared) {
        // The name of a schema can't make one of theirs, and the text may be held in pieces.
        if (!may_name_own_schema(migration.contents, options_.metadata_schema)) return {};
        names_own_tables_ = names_own_tables_ || may_name_own_tables(migration.contents);
        const script::Statement* found =
            change_of_own_table(prepared, dialect_.lexis, options_.metadata_schema);
        if (found == nullptr) return {};
        return fmt::format("{} {}", quoted(prepared, *found), kOwnTablesAdvice);
    }
    void keep_temporary(const PreparedScript& prepared) {
        for (const script::Statement& one : prepared.script->statements) {
            if ((one.traits & script::kMakesTemporary) == 0) continue;
            temporary_.push_back(statement_text(prepared, one));
        }
    }

    const Dialect& dialect_;
    const Options& options_;
    const bool keeps_state_;
    bool names_own_tables_ = false;
    std::vector<std::string> temporary_;
};

}  // namespace

FilesSeen look_at_files(
    const Plan& plan, Scripts& scripts, bool standard_conforming_strings, Atomicity atomicity
) {
    FilesSeen seen;
    bool setting = standard_conforming_strings;
    const bool keeps_state = scripts.options().session_state == SessionState::Keep;
    NamesJudge names(scripts);
    std::size_t wrapped = 0;
    std::uint32_t traits = script::kNoTraits;
    for (const PlannedFile& file : plan.files) {
        const Migration& migration = *file.migration;
        std::string problem = length_problem(migration);
        const std::string schema = file.schemas->empty() ? std::string() : file.schemas->front();
        const PreparedScript prepared = scripts.prepare(migration, schema, setting);
        const bool outside = prepared.outside_transaction;
        seen.outside_transaction.push_back(outside);
        seen.scripts.push_back(prepared.script);
        // A file outside the transaction has a session of its own.
        if (!outside && keeps_state) setting = prepared.script->standard_conforming_strings;
        if (problem.empty()) problem = general_problem(prepared, scripts.dialect());
        if (problem.empty() && !outside) {
            problem = transaction_problem(migration, prepared, scripts.dialect());
        }
        if (problem.empty()) problem = names.problem(migration, prepared, schema);
        if (!problem.empty()) seen.problems.push_back({migration.file, problem});
        if (prepared.script->wrapped) ++wrapped;
        traits |= prepared.script->traits;
    }
    seen.names_own_tables = names.names_own_tables();
    if (!keeps_state && (traits & kLeavesState) != 0) {
        add_state_problems(
            plan,
            scripts,
            {.outside_transaction = seen.outside_transaction,
             .scripts = seen.scripts,
             .atomicity = atomicity,
             .standard_conforming_strings = standard_conforming_strings},
            seen.problems
        );
    }
    if (wrapped > 0) {
        log::info(fmt::format(
            "{} with COMMIT; these two statements are not sent, because the run has its own "
            "transaction",
            count_of(wrapped, "file begins with BEGIN and ends", "files begin with BEGIN and end")
        ));
    }
    return seen;
}

void add_open_quotes(const Plan& plan, Scripts& scripts, std::vector<ScriptProblem>& problems) {
    for (const PlannedFile& file : plan.files) {
        const std::string& name = file.migration->file;
        const std::string schema = file.schemas->empty() ? std::string() : file.schemas->front();
        const auto line = scripts.prepare(*file.migration, schema, true).script->open_line;
        if (line == 0 ||
            std::ranges::find(problems, name, &ScriptProblem::file) != problems.end()) {
            continue;
        }
        problems.push_back({name, fmt::format("line {}: unterminated quote or comment", line)});
    }
}

namespace {

void check_names(const Plan& plan) {
    for (const PlannedFile& file : plan.files) {
        const std::string problem = length_problem(*file.migration);
        if (!problem.empty()) throw Error(ErrorKind::MigrationFailed, problem);
    }
}

[[noreturn]] void refuse_size(
    const Migration& migration, const std::string& what, std::size_t size, std::string_view advice
) {
    throw Error(
        ErrorKind::MigrationFailed,
        fmt::format(
            "SQL migration {} failed with error: {} {} bytes, {}. Nothing was run.",
            migration.file,
            what,
            size,
            advice
        )
    );
}

/// What the server would refuse after minutes, or hours.
class Sizes {
public:
    Sizes(const Dialect& dialect, std::size_t limit)
        : dialect_(dialect),
          limit_(limit),
          accepted_(fmt::format(
              "but the server accepts messages of {} bytes{}", limit, dialect.message_limit
          )) {}

    void check_statements(const Migration& migration, const script::Script& script) const {
        if (fits(migration.contents.size())) return;
        if (!script.sure) {
            refuse_size(
                migration, "the file has", migration.contents.size(), accepted_ + "; split it"
            );
        }
        for (std::size_t i = 0; i < script.statements.size(); ++i) {
            const script::Statement& statement = script.statements[i];
            const std::size_t size = statement.end - statement.begin;
            if (fits(size)) continue;
            refuse_size(
                migration,
                fmt::format("statement {} in line {} has", i + 1, statement.line),
                size,
                accepted_ + "; split it"
            );
        }
    }

    void check_row(const Migration& migration) const {
        if (dialect_.row_bytes == nullptr || fits(2 * migration.contents.size())) return;
        const std::size_t size = dialect_.row_bytes(migration.contents);
        if (fits(size)) return;
        refuse_size(
            migration,
            "the contents, which are recorded, take",
            size,
            accepted_ + "; split the file"
        );
    }

private:
    bool fits(std::size_t size) const { return limit_ == 0 || size + kRoomForRecords <= limit_; }

    const Dialect& dialect_;
    const std::size_t limit_;
    const std::string accepted_;
};

[[noreturn]] void refuse(const std::vector<ScriptProblem>& problems) {
    std::string text = fmt::format(
        "SQL migration {} failed with error: {}", problems[0].file, problems[0].message
    );
    for (std::size_t i = 1; i < problems.size(); ++i) {
        text += fmt::format("\nand {}: {}", problems[i].file, problems[i].message);
    }
    throw Error(ErrorKind::MigrationFailed, text + "\nNothing was run.");
}

}  // namespace

Checked check_before_anything_runs(
    const Job& job, Session& session, Scripts& scripts, std::vector<std::string>& notes
) {
    const Sizes sizes(job.dialect, session.max_message_bytes());
    for (const PlannedFile& file : job.plan.files) sizes.check_row(*file.migration);
    if (job.request.action == Action::Sync) {
        check_names(job.plan);
        return {};
    }
    const Atomicity atomicity = job.request.dry_run ? Atomicity::Version : job.atomicity();
    FilesSeen seen =
        look_at_files(job.plan, scripts, session.standard_conforming_strings(), atomicity);
    if (job.options.session_state == SessionState::Keep) {
        log::warn(
            "sessionState: keep: settings, roles and temporary objects that a file leaves reach "
            "the later files and tenants of the run"
        );
    }
    if (!seen.problems.empty()) refuse(seen.problems);
    if (job.request.dry_run && job.atomicity() == Atomicity::File && job.plan.files.size() > 1) {
        notes.emplace_back(
            "a dry run is one transaction even with atomicity: file, so a file that needs the "
            "commit of an earlier one fails in it"
        );
    }
    for (std::size_t i = 0; i < job.plan.files.size(); ++i) {
        const Migration& migration = *job.plan.files[i].migration;
        sizes.check_statements(migration, *seen.scripts[i]);
        if (!seen.outside_transaction[i]) continue;
        if (job.request.dry_run) {
            notes.push_back(fmt::format(
                "{} runs outside a transaction; the dry run did not execute it", migration.file
            ));
        } else if (session.through_pooler()) {
            throw Error(
                ErrorKind::MigrationFailed,
                fmt::format(
                    "SQL migration {} failed with error: it runs outside a transaction, which a "
                    "connection pooler in transaction mode does not allow; connect to the database "
                    "server directly in dataSource. Nothing was run.",
                    migration.file
                )
            );
        }
    }
    return {std::move(seen.outside_transaction), seen.names_own_tables};
}

}  // namespace migrator::db::sql::apply
