#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "graphql/execution.hpp"
#include "graphql/run.hpp"
#include "graphql/type_level.hpp"

namespace migrator::graphql {

/// Writes the value of a field or of an element: section 6.4.3, with its rules for null.
class ValueWriter final : public Result {
public:
    ValueWriter(Run& run, FieldPlan& field, TypeLevel type, const PathLink& path);

    /// The next value begins here. Values that are not wanted are taken and forgotten.
    void begin(bool wanted);
    /// Puts null where no value is. False when it may not be null: the caller cuts.
    bool finish();
    /// No more values are taken.
    void close() { state_ = State::Given; }
    void fail(const std::string& message, boost::json::object extensions = {});
    /// In a handler of what a resolver threw.
    void fail_with_current();

    void null() override;
    void boolean(bool value) override;
    void integer(std::int64_t value) override;
    void number(double value) override;
    void string(std::string_view value) override;
    void object(const Object& value, std::string_view type) override;
    void list(const std::function<void(ListResult&)>& elements) override;

private:
    enum class State : std::uint8_t { Empty, Null, Given, Failed, Unwanted };

    /// False: forget it. Throws Internal when there is a value already.
    bool take();
    /// Also checks that a leaf is wanted; else the field fails.
    bool take_leaf();
    void refuse(std::string_view what);
    const Type* object_type(std::string_view name);

    Run& run_;
    FieldPlan& field_;
    TypeLevel nullable_;
    const PathLink& path_;
    const bool is_non_null_;
    State state_ = State::Empty;
    std::size_t start_ = 0;
};

/// Writes the elements of a list.
class ListWriter final : public ListResult {
public:
    ListWriter(Run& run, FieldPlan& field, TypeLevel element, const PathLink& above);

    Result& next() override;
    bool wanted() const override { return !is_dead_; }

    /// After the last element. False: an element was null that may not be.
    bool end();
    /// No more elements are taken.
    void close();

private:
    void finish_element();

    Run& run_;
    FieldPlan& field_;
    PathLink path_;
    ValueWriter element_;
    std::size_t count_ = 0;
    bool is_dead_ = false;
    bool is_closed_ = false;
};

}  // namespace migrator::graphql
