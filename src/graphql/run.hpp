#pragma once

#include <boost/json/object.hpp>
#include <exception>
#include <memory>
#include <vector>

#include "graphql/engine.hpp"
#include "graphql/execution.hpp"
#include "graphql/field_plan.hpp"
#include "graphql/json_text.hpp"
#include "graphql/selection.hpp"
#include "graphql/type_level.hpp"

namespace migrator::graphql {

class ListWriter;

/// Where in the answer something stands; links live on the stack, since only errors need them all.
struct PathLink {
    const PathLink* parent = nullptr;  ///< null: the top
    const std::string* key = nullptr;  ///< null: an index
    std::size_t index = 0;
};

/// What all parts of an execution share.
class Run {
public:
    Run(const Prepared& prepared, Request request, Output& output);
    ~Run();
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    /// Writes `"key":value`. False: the value is null and may not be, so neither may its parent.
    bool write_field(FieldPlan& field, const Object& parent, const PathLink* above);
    /// Writes `{…}`. False: a null reached it; what was written has to be cut.
    bool write_object(ObjectPlan& plan, const Object& value, const PathLink* above);

    ObjectPlan plan_root(const Type& type, const ast::Operation& operation) const;
    /// Throws FieldError as `Selections::collect` does.
    ObjectPlan& plan_below(FieldPlan& field, const Type& object);
    const Selected& selected(FieldPlan& field);

    /// Turns the exception that is being handled into the error of a field; throws it on when it
    /// is none of a resolver's.
    FieldError describe_current();
    void add_error(const std::string& message, boost::json::object extensions, const PathLink* at);
    /// Keeps it, up to a number that no client reads through.
    void add_error(RequestError error);
    /// Throws what must end the execution, even where a resolver caught it.
    void check() const;
    /// Throws Ended when the operation costs too much with it.
    void charge(std::size_t cost);
    /// Throws Ended when the caller wants no more of it.
    void go_on();

    /// What ends the execution before its end.
    struct Ended {
        FieldError why;
    };

    /// A writer for a list inside of `list_depth` others. It outlives the call that fills it, so
    /// that a resolver that keeps it is told off.
    ListWriter& begin_list(FieldPlan& field, TypeLevel element, const PathLink& above);

    const Prepared& prepared;
    Request request;
    JsonText text;
    std::vector<RequestError> errors;
    std::size_t list_depth = 0;

private:
    /// The value alone.
    bool write_value(FieldPlan& field, const Object& parent, const PathLink* above);
    [[noreturn]] void end(FieldError why);

    Selections selections_;
    struct Lists;
    const Object schema_;  ///< the parent of meta-fields
    std::unique_ptr<Lists> lists_;
    std::exception_ptr fatal_;
    std::size_t cost_ = 0;
    std::size_t counted_ = 0;  ///< how many of the fields around are counted ones
};

}  // namespace migrator::graphql
