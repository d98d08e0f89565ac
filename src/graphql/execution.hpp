#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <typeinfo>
#include <vector>

#include "graphql/ast.hpp"
#include "graphql/error.hpp"
#include "graphql/output.hpp"
#include "graphql/schema.hpp"

/// Executing an operation: resolvers are called in the order of the answer, in one thread, and
/// what they give is written as JSON text at once. So an answer of any size needs the memory of
/// one value.
namespace migrator::graphql {

struct Prepared;  // engine.hpp

/// What a resolver throws to fail its field with this message and these extensions. Other
/// exceptions are turned into one by `Request::describe`.
class FieldError : public std::runtime_error {
public:
    explicit FieldError(const std::string& message, boost::json::object extensions = {})
        : std::runtime_error(message), extensions_(std::move(extensions)) {}
    const boost::json::object& extensions() const noexcept { return extensions_; }

private:
    boost::json::object extensions_;
};

/// A value that a resolver gave and its sub-fields are resolved from: a typed pointer. It has to
/// live until the call that was given it returns.
class Object {
public:
    Object() = default;
    template <typename T>
    explicit Object(const T& value) : value_(&value), type_(&typeid(T)) {}

    /// Throws Internal when it is of another type.
    template <typename T>
    const T& as() const {
        check(typeid(T));
        return *static_cast<const T*>(value_);
    }

private:
    void check(const std::type_info& wanted) const;
    const void* value_ = nullptr;
    const std::type_info* type_ = nullptr;
};

/// Looks ahead: what the client asks of the value of a field, fragments followed, `@skip` and
/// `@include` obeyed. Where the type is abstract, of all its possible types together.
class Selected {
public:
    virtual ~Selected() = default;
    /// Whether a field of this name (not alias) is selected.
    virtual bool has(std::string_view field) const = 0;
    /// How many times under different response keys.
    virtual std::size_t count(std::string_view field) const = 0;
    /// What is selected below that field, merged over its aliases. Empty when it is not selected.
    virtual std::unique_ptr<Selected> below(std::string_view field) const = 0;
};

/// What a resolver is given.
class FieldContext {
public:
    virtual ~FieldContext() = default;

    /// Coerced; optional ones that were not given are absent.
    virtual const boost::json::object& arguments() const = 0;
    /// The value that the parent's resolver gave; none for a root field.
    virtual const Object& parent() const = 0;
    virtual const Selected& selected() const = 0;
    /// Adds to the cost of the operation, before something expensive is done for this field. Where
    /// that is more than `Request::most_cost`, it throws what ends the execution.
    virtual void charge(std::size_t cost) = 0;
    /// What the caller of the execution handed in for its resolvers.
    virtual const Object& request() const = 0;
    /// An error without a path that makes nothing null: beside the data.
    virtual void report(RequestError error) = 0;
};

class ListResult;

/// Takes the value of a field, or an element of a list: one call. Without any the value is null.
/// A value that the field's type does not allow fails the field.
class Result {
public:
    virtual ~Result() = default;

    virtual void null() = 0;
    virtual void boolean(bool value) = 0;
    virtual void integer(std::int64_t value) = 0;
    virtual void number(double value) = 0;
    /// A String, an ID, an enum's name, or a custom scalar. Invalid UTF-8 is replaced.
    virtual void string(std::string_view value) = 0;
    /// Executes the sub-selection before it returns. `type` names the object type where the
    /// field's is abstract.
    virtual void object(const Object& value, std::string_view type = {}) = 0;
    /// Calls `elements` at once; what it gives the list are the elements.
    virtual void list(const std::function<void(ListResult&)>& elements) = 0;
};

class ListResult {
public:
    virtual ~ListResult() = default;
    /// The next element: give it a value before the next call of `next`.
    virtual Result& next() = 0;
    /// False once the list became null because of an element: more elements are wasted work.
    virtual bool wanted() const = 0;
};

/// What belongs to one call, beside the operation.
struct Request {
    Object context;  ///< for the resolvers; may be empty
    /// Turns an exception of a resolver that is no FieldError into one; called where it is caught.
    std::function<FieldError(std::exception_ptr)> describe;
    /// Asked now and then; an error that it returns ends the execution. May be empty.
    std::function<std::optional<FieldError>()> interrupt;
    /// A field that is written a second time for the same object, under another alias, costs 1, and
    /// so does each field below it, and each 16 bytes of their values; introspection in the same
    /// way. So an answer may be as large as what was asked of, but not by repetition. Resolvers add
    /// what they read (`FieldContext::charge`).
    std::size_t most_cost = 1'000'000;
};

/// An operation being executed. One thread at a time.
class Execution {
public:
    /// `prepared` comes from `Engine::prepare` of an engine that lives longer, as `output` does.
    Execution(std::shared_ptr<const Prepared> prepared, Request request, Output& output);
    ~Execution();
    Execution(const Execution&) = delete;
    Execution& operator=(const Execution&) = delete;

    /// Calls the resolvers; then `output` holds the JSON of `data` ("null" when the null reached
    /// the top, or something ended the execution: then `errors` has that alone). Once. Throws what
    /// `output` throws.
    void run();

    /// After `run` has returned.
    const std::vector<RequestError>& errors() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace migrator::graphql
