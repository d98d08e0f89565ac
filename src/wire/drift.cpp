#include "wire/drift.hpp"

#include <utility>

namespace migrator::wire {

namespace json = boost::json;

const Columns<drift::Report>& drift_columns() {
    using drift::Report;
    static const Columns<Report> columns = {
        {"compared", [](const Report& report) -> json::value { return report.compared; }},
        {"drifted", [](const Report& report) -> json::value { return report.drifted; }}};
    return columns;
}

const Columns<drift::Group>& drift_group_columns() {
    using drift::Group;
    static const Columns<Group> columns = {
        {"tenants", [](const Group& group) -> json::value { return texts(group.tenants); }},
        {"level", [](const Group& group) -> json::value { return text(group.level); }},
        {"expected", [](const Group& group) -> json::value { return text(group.expected); }},
        {"lacksSchema", [](const Group& group) -> json::value { return group.lacks_schema; }}};
    return columns;
}

const Columns<drift::Difference>& difference_columns() {
    using drift::Difference;
    static const Columns<Difference> columns = {
        {"deviation",
         [](const Difference& each) -> json::value {
             return text(drift::name_of(each.deviation));
         }},
        {"kind", [](const Difference& each) -> json::value { return text(each.kind); }},
        {"name", [](const Difference& each) -> json::value { return text(each.name); }},
        {"expected", [](const Difference& each) -> json::value { return text(each.expected); }},
        {"found", [](const Difference& each) -> json::value { return text(each.found); }}};
    return columns;
}

const Columns<drift::NotCompared>& not_compared_columns() {
    using drift::NotCompared;
    static const Columns<NotCompared> columns = {
        {"tenant", [](const NotCompared& each) -> json::value { return text(each.tenant); }},
        {"why", [](const NotCompared& each) -> json::value { return text(each.why); }},
        {"isError", [](const NotCompared& each) -> json::value { return each.is_error; }}};
    return columns;
}

json::object drift_report(const drift::Report& report) {
    json::array groups;
    for (const drift::Group& group : report.groups) {
        json::object each = object_of(drift_group_columns(), group);
        json::array differences;
        for (const drift::Difference& difference : group.differences) {
            differences.emplace_back(object_of(difference_columns(), difference));
        }
        each["differences"] = std::move(differences);
        groups.emplace_back(std::move(each));
    }
    json::array not_compared;
    for (const drift::NotCompared& each : report.not_compared) {
        not_compared.emplace_back(object_of(not_compared_columns(), each));
    }
    json::object object = object_of(drift_columns(), report);
    object["groups"] = std::move(groups);
    object["notCompared"] = std::move(not_compared);
    return object;
}

}  // namespace migrator::wire
