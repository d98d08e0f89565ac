#include "graphql/value_writer.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "core/error.hpp"

namespace migrator::graphql {

ValueWriter::ValueWriter(Run& run, FieldPlan& field, TypeLevel type, const PathLink& path)
    : run_(run),
      field_(field),
      nullable_(type.is_non_null() ? type.inner() : type),
      path_(path),
      is_non_null_(type.is_non_null()) {}

void ValueWriter::begin(bool wanted) {
    state_ = wanted ? State::Empty : State::Unwanted;
    start_ = run_.text.size();
}

bool ValueWriter::finish() {
    if (state_ == State::Given || state_ == State::Unwanted) return true;
    if (state_ != State::Failed && is_non_null_) {
        fail(fmt::format("Cannot return null for non-nullable field {}.", coordinate(field_)));
    }
    if (is_non_null_) return false;
    if (state_ == State::Failed) run_.text.cut(start_);
    run_.text.raw("null");
    return true;
}

void ValueWriter::fail(const std::string& message, boost::json::object extensions) {
    // One error is enough to explain a null.
    if (state_ != State::Failed) run_.add_error(message, std::move(extensions), &path_);
    state_ = State::Failed;
}

void ValueWriter::fail_with_current() {
    const FieldError error = run_.describe_current();
    fail(error.what(), error.extensions());
}

bool ValueWriter::take() {
    if (state_ == State::Unwanted) return false;
    if (state_ == State::Empty) {
        state_ = State::Given;
        return true;
    }
    throw Error(
        ErrorKind::Internal,
        fmt::format("the resolver of {} returned more than one value", coordinate(field_))
    );
}

bool ValueWriter::take_leaf() {
    if (!take()) return false;
    if (!nullable_.is_list() && field_.leaf) return true;
    refuse("a scalar");
    return false;
}

void ValueWriter::refuse(std::string_view what) {
    fail(fmt::format("{} of type {} cannot be {}.", coordinate(field_), nullable_.text(), what));
}

void ValueWriter::null() {
    if (take()) state_ = State::Null;
}

void ValueWriter::boolean(bool value) {
    if (!take_leaf()) return;
    if (field_.leaf != Leaf::Boolean && field_.leaf != Leaf::Custom) return refuse("a boolean");
    run_.text.raw(value ? "true" : "false");
}

void ValueWriter::integer(std::int64_t value) {
    if (!take_leaf()) return;
    using Range = std::numeric_limits<std::int32_t>;
    switch (*field_.leaf) {
        case Leaf::Int:
            if (value < Range::min() || value > Range::max()) {
                return refuse(fmt::format("{}, which does not fit into 32 bits", value));
            }
            return run_.text.integer(value);
        case Leaf::Float:
        case Leaf::Custom:
            return run_.text.integer(value);
        case Leaf::Id:
            return run_.text.string(std::to_string(value));
        default:
            return refuse("an integer");
    }
}

void ValueWriter::number(double value) {
    if (!take_leaf()) return;
    if (!std::isfinite(value)) return refuse("a number that is not finite");
    switch (*field_.leaf) {
        case Leaf::Int:
            if (std::trunc(value) != value || std::fabs(value) > 2147483648.0 ||
                value == 2147483648.0) {
                return refuse("a number that is not a 32-bit integer");
            }
            return run_.text.integer(static_cast<std::int64_t>(value));
        case Leaf::Float:
        case Leaf::Custom:
            return run_.text.number(value);
        default:
            return refuse("a number");
    }
}

void ValueWriter::string(std::string_view value) {
    if (!take_leaf()) return;
    switch (*field_.leaf) {
        case Leaf::String:
        case Leaf::Id:
        case Leaf::Custom:
            return run_.text.string(value);
        case Leaf::Enum:
            if (nullable_.named().value(value) == nullptr) {
                return refuse(fmt::format("{}, which is not a value of the enum", value));
            }
            return run_.text.string(value);
        default:
            return refuse("a string");
    }
}

const Type* ValueWriter::object_type(std::string_view name) {
    const Type& type = nullable_.named();
    if (type.kind == ast::TypeKind::Object && (name.empty() || name == type.name)) return &type;
    const Type* object = run_.prepared.schema->type(name);
    if (object != nullptr && object->kind == ast::TypeKind::Object &&
        run_.prepared.schema->is_possible(type, *object)) {
        return object;
    }
    refuse(name.empty() ? "an object of unknown type" : fmt::format("an object of type {}", name));
    return nullptr;
}

void ValueWriter::object(const Object& value, std::string_view type) {
    if (!take()) return;
    if (nullable_.is_list() || field_.leaf) return refuse("an object");
    const Type* object = object_type(type);
    if (object == nullptr) return;
    ObjectPlan* plan = nullptr;
    try {
        plan = &run_.plan_below(field_, *object);
    } catch (const FieldError& error) {
        return fail(error.what(), error.extensions());
    }
    if (!run_.write_object(*plan, value, &path_)) state_ = State::Failed;
}

void ValueWriter::list(const std::function<void(ListResult&)>& elements) {
    if (!take()) return;
    if (!nullable_.is_list()) return refuse("a list");
    ListWriter& list = run_.begin_list(field_, nullable_.inner(), path_);
    ++run_.list_depth;
    run_.text.raw('[');
    try {
        elements(list);
        if (!list.end()) state_ = State::Failed;
    } catch (...) {
        list.close();
        --run_.list_depth;
        // The error of the element explains it already.
        if (!list.wanted()) state_ = State::Failed;
        throw;
    }
    list.close();
    --run_.list_depth;
    run_.text.raw(']');
}

ListWriter::ListWriter(Run& run, FieldPlan& field, TypeLevel element, const PathLink& above)
    : run_(run), field_(field), path_{.parent = &above}, element_(run, field, element, path_) {
    element_.close();
}

Result& ListWriter::next() {
    if (is_closed_) {
        throw Error(
            ErrorKind::Internal,
            fmt::format("the resolver of {} appended to a finished list", coordinate(field_))
        );
    }
    finish_element();
    if (!is_dead_ && count_ > 0) run_.text.raw(',');
    path_.index = count_;
    if (!is_dead_) ++count_;
    element_.begin(!is_dead_);
    return element_;
}

bool ListWriter::end() {
    finish_element();
    return !is_dead_;
}

void ListWriter::close() {
    is_closed_ = true;
    element_.close();
}

void ListWriter::finish_element() {
    if (is_dead_ || count_ == 0) return;
    if (!element_.finish()) is_dead_ = true;
    element_.close();
}

}  // namespace migrator::graphql
