#include "wire/audit.hpp"

#include <boost/json/parse.hpp>

namespace migrator::wire {

namespace json = boost::json;

namespace {

Column<db::AuditRow> of_text(const char* name, std::string db::AuditEntry::*member) {
    return {name, [=](const db::AuditRow& row) { return text_or_null(row.entry.*member); }};
}

Column<db::AuditRow> of_number(const char* name, std::int64_t db::AuditEntry::*member) {
    return {name, [=](const db::AuditRow& row) {
                const std::int64_t number = row.entry.*member;
                return number == 0 ? json::value(nullptr) : json::value(number);
            }};
}

/// The parameters as an object; what somebody else wrote there is shown as a string.
json::value details(const db::AuditRow& row) {
    boost::system::error_code error;
    json::value value = json::parse(row.entry.details, error);
    return error ? json::value(text(row.entry.details)) : value;
}

}  // namespace

const Columns<db::AuditRow>& audit_columns() {
    static const Columns<db::AuditRow> columns = {
        {"id", [](const db::AuditRow& row) { return json::value(row.id); }},
        of_text("time", &db::AuditEntry::time),
        of_text("outcome", &db::AuditEntry::outcome),
        of_text("operation", &db::AuditEntry::operation),
        of_text("principal", &db::AuditEntry::principal),
        of_text("proof", &db::AuditEntry::proof),
        of_text("role", &db::AuditEntry::role),
        of_text("address", &db::AuditEntry::address),
        of_text("requestId", &db::AuditEntry::request_id),
        {"details", details},
        of_text("plan", &db::AuditEntry::plan),
        of_number("versionId", &db::AuditEntry::version),
        of_number("asked", &db::AuditEntry::asked),
        of_text("message", &db::AuditEntry::message),
        {"keyId", [](const db::AuditRow& row) { return text_or_null(row.key_id); }},
        {"hash", [](const db::AuditRow& row) { return json::value(text(row.hash)); }}};
    return columns;
}

json::object audit_head(const db::AuditHead& head) {
    return {{"rows", head.rows}, {"hash", text(head.hash)}};
}

json::object audit_page(
    const std::optional<db::AuditHead>& head,
    const std::vector<db::AuditRow>& rows,
    std::int64_t next
) {
    json::array all;
    all.reserve(rows.size());
    for (const db::AuditRow& row : rows) all.emplace_back(object_of(audit_columns(), row));
    json::object page;
    page["head"] = head ? json::value(audit_head(*head)) : json::value(nullptr);
    page["next"] = next == 0 ? json::value(nullptr) : json::value(next);
    page["rows"] = std::move(all);
    return page;
}

}  // namespace migrator::wire
