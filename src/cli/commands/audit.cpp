#include <fmt/format.h>

#include <optional>
#include <ostream>

#include "cli/command.hpp"
#include "cli/output_json.hpp"
#include "core/count_of.hpp"
#include "core/number.hpp"

namespace migrator::cli {
namespace {

constexpr std::size_t kShownRows = 20;

std::optional<std::size_t> parse_first(const std::string& text) {
    const auto first = parse_number<std::size_t>(text);
    return first && *first > 0 ? first : std::nullopt;
}

std::optional<std::int64_t> parse_row(const std::string& text) {
    const auto id = parse_number<std::int64_t>(text);
    return id && *id > 0 ? id : std::nullopt;
}

std::string audit_line(const db::AuditRow& row) {
    const db::AuditEntry& entry = row.entry;
    std::string text = fmt::format(
        "{:>6}  {}  {:<7}  {}  {}",
        row.id,
        entry.time,
        entry.outcome,
        entry.operation,
        entry.principal.empty() ? "(unknown)" : entry.principal
    );
    if (!entry.proof.empty()) text += fmt::format(" ({})", entry.proof);
    if (!entry.address.empty()) text += " from " + entry.address;
    if (entry.version != 0) text += fmt::format("  version {}", entry.version);
    if (entry.details != "{}") text += "  " + entry.details;
    if (!entry.message.empty()) text += "  " + entry.message;
    return printable(text);
}

struct AuditCommand : Command {
    bool verify = false;
    std::string head;
    std::size_t first = kShownRows;
    std::int64_t after = 0;

    CommandText text() const override {
        return {
            .name = "audit",
            .group = Group::Look,
            .summary = "Shows who changed what, newest first, or verifies that record",
            .text =
                "With --verify: computes the chain of hashes anew and compares it with its head. "
                "The exit code\n"
                "is 1 when a row was edited, deleted, added or moved; the first one that does not "
                "fit is named.",
            .examples =
                "  migrator audit --first 100\n"
                "  migrator audit --verify\n"
                "  migrator audit --verify --head 3f5c…        the hash in the log of the last "
                "run\n"};
    }

    Options options() override {
        return {
            flag("--verify", verify, "Verify the rows instead of showing them"),
            word("--head HASH", head, "With --verify: a hash of the chain that was kept elsewhere"),
            parsed("--first N", first, parse_first, "a number of rows", "Rows to show, default 20"),
            parsed(
                "--after ID",
                after,
                parse_row,
                "the ID of a row",
                "Show the rows before this one; with --verify, verify those after it"
            )};
    }

    int run(Context& context) override {
        if (!head.empty() && !verify) {
            throw Error(ErrorKind::InvalidRequest, "--head needs --verify");
        }
        const auto& audit = context.opened().coordinator.audit();
        return verify ? show_check(context, audit.check(after, head))
                      : show_page(context, audit.page(first, after));
    }

private:
    static int show_page(Context& context, const coordinator::AuditPage& page) {
        if (context.common.json) {
            context.terminal.out << json::audit(page);
            return 0;
        }
        for (const db::AuditRow& row : page.rows) context.report.line(audit_line(row));
        if (page.rows.empty() && !context.common.quiet) {
            context.terminal.err << "No rows in the audit.\n";
        }
        return 0;
    }

    static int show_check(Context& context, const coordinator::AuditCheck& check) {
        const int exit_code = check.fits() ? 0 : 1;
        if (context.common.json) {
            context.terminal.out << json::audit_check(check);
            return exit_code;
        }
        for (const std::string& note : check.notes) context.report.note(note);
        if (!check.fits()) {
            context.report.error(
                check.bad_row == 0 ? check.problem
                                   : fmt::format("row {}: {}", check.bad_row, check.problem),
                fmt::format("{} before it fit", count_of(check.rows, "row", "rows"))
            );
            return exit_code;
        }
        if (context.common.quiet) return exit_code;
        context.report.line(fmt::format(
            "{}; the head is {}",
            count_of(check.rows, "row fits", "rows fit"),
            check.head && !check.head->hash.empty() ? check.head->hash : "empty"
        ));
        return exit_code;
    }
};

}  // namespace

std::unique_ptr<Command> make_audit() { return std::make_unique<AuditCommand>(); }

}  // namespace migrator::cli
