#include "graphql/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <limits>

#include "core/error.hpp"
#include "graphql/value_writer.hpp"

namespace migrator::graphql {
namespace {

class Context final : public FieldContext {
public:
    Context(Run& run, FieldPlan& field, const Object& parent)
        : run_(run), field_(field), parent_(parent) {}

    const boost::json::object& arguments() const override { return field_.arguments; }
    const Object& parent() const override { return parent_; }
    const Selected& selected() const override { return run_.selected(field_); }
    void charge(std::size_t cost) override { run_.charge(cost); }
    const Object& request() const override { return run_.request.context; }

    void report(RequestError error) override {
        error.path.clear();
        run_.add_error(std::move(error));
    }

private:
    Run& run_;
    FieldPlan& field_;
    const Object& parent_;
};

}  // namespace

struct Run::Lists {
    std::deque<std::optional<ListWriter>> by_depth;
};

Run::Run(const Prepared& of, Request with, Output& output)
    : prepared(of),
      request(std::move(with)),
      text(output),
      selections_(*of.schema, *of.document, of.variables),
      schema_(*of.schema),
      lists_(std::make_unique<Lists>()) {}

Run::~Run() = default;

bool Run::write_field(FieldPlan& field, const Object& parent, const PathLink* above) {
    constexpr std::size_t kBytes = 16;  // that cost as much as a field
    if (field.is_counted) ++counted_;
    if (counted_ > 0) charge(1);
    text.raw(field.key_text);
    const std::size_t start = text.size();
    const bool is_fit = write_value(field, parent, above);
    if (counted_ > 0 && field.leaf && text.size() > start) charge((text.size() - start) / kBytes);
    if (field.is_counted) --counted_;
    return is_fit;
}

bool Run::write_value(FieldPlan& field, const Object& parent, const PathLink* above) {
    if (field.is_typename) {
        text.string(field.parent->name);
        return true;
    }
    if (!field.leaf) go_on();
    const bool is_root = above == nullptr;
    const PathLink path{.parent = above, .key = &field.key};
    ValueWriter value(*this, field, field.field->type, path);
    value.begin(true);
    if (field.unfit_arguments) {
        value.fail(field.unfit_arguments->message);
    } else {
        Context context(*this, field, field.is_meta && is_root ? schema_ : parent);
        try {
            field.field->resolver(context, value);
        } catch (...) {
            value.fail_with_current();
        }
        check();
    }
    return value.finish();
}

bool Run::write_object(ObjectPlan& plan, const Object& value, const PathLink* above) {
    go_on();
    char separator = '{';
    for (FieldPlan& field : plan.fields) {
        text.raw(separator);
        separator = ',';
        if (!write_field(field, value, above)) return false;
    }
    text.raw(plan.fields.empty() ? "{}" : "}");
    return true;
}

ObjectPlan Run::plan_root(const Type& type, const ast::Operation& operation) const {
    return make_plan(
        selections_, type, selections_.collect(type, operation.selection_set), prepared.variables
    );
}

ObjectPlan& Run::plan_below(FieldPlan& field, const Type& object) {
    for (const auto& plan : field.below) {
        if (plan->type == &object) return *plan;
    }
    field.below.push_back(std::make_unique<ObjectPlan>(make_plan(
        selections_, object, selections_.collect_below(object, field.nodes), prepared.variables
    )));
    return *field.below.back();
}

const Selected& Run::selected(FieldPlan& field) {
    if (!field.selected) {
        field.selected = look_ahead(selections_, *field.field->type.named, field.nodes);
    }
    return *field.selected;
}

FieldError Run::describe_current() {
    check();
    try {
        throw;
    } catch (const FieldError& error) {
        return error;
    } catch (const std::bad_alloc&) {
        fatal_ = std::current_exception();
        throw;
    } catch (...) {
        if (!request.describe) return FieldError("internal error");
    }
    try {
        return request.describe(std::current_exception());
    } catch (...) {
        fatal_ = std::current_exception();
        throw;
    }
}

void Run::add_error(
    const std::string& message, boost::json::object extensions, const PathLink* at
) {
    RequestError error{.message = message, .extensions = std::move(extensions)};
    for (; at != nullptr; at = at->parent) {
        if (at->key != nullptr) {
            error.path.emplace_back(*at->key);
        } else {
            error.path.emplace_back(at->index);
        }
    }
    std::ranges::reverse(error.path);
    add_error(std::move(error));
}

void Run::add_error(RequestError error) {
    constexpr std::size_t kMost = 1000;  // a list can fail in each of its elements
    if (errors.size() > kMost) return;
    if (errors.size() == kMost) error = {.message = "too many errors; the rest are not shown"};
    errors.push_back(std::move(error));
}

void Run::check() const {
    if (text.failure()) std::rethrow_exception(text.failure());
    if (fatal_) std::rethrow_exception(fatal_);
}

void Run::charge(std::size_t cost) {
    cost_ += std::min(cost, std::numeric_limits<std::size_t>::max() - cost_);
    if (cost_ <= request.most_cost) return;
    end(FieldError(fmt::format(
        "Operation is too expensive: it costs more than {}. Ask for less at a time, with fewer "
        "aliases.",
        request.most_cost
    )));
}

void Run::go_on() {
    if (!request.interrupt) return;
    if (auto why = request.interrupt()) end(std::move(*why));
}

void Run::end(FieldError why) {
    fatal_ = std::make_exception_ptr(Ended{std::move(why)});
    std::rethrow_exception(fatal_);
}

ListWriter& Run::begin_list(FieldPlan& field, TypeLevel element, const PathLink& above) {
    if (lists_->by_depth.size() <= list_depth) lists_->by_depth.resize(list_depth + 1);
    return lists_->by_depth[list_depth].emplace(*this, field, element, above);
}

}  // namespace migrator::graphql
