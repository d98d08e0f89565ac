#include "graphql/execution.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "graphql/engine.hpp"
#include "graphql/run.hpp"

namespace migrator::graphql {

void Object::check(const std::type_info& wanted) const {
    if (type_ != nullptr && *type_ == wanted) return;
    throw Error(
        ErrorKind::Internal,
        fmt::format(
            "a resolver wants a parent of type {} but is given {}",
            wanted.name(),
            type_ == nullptr ? "none" : type_->name()
        )
    );
}

struct Execution::State {
    State(std::shared_ptr<const Prepared> given, Request request, Output& output)
        : prepared(std::move(given)),
          run(*prepared, std::move(request), output),
          start(run.text.size()) {}

    void begin() {
        const ast::Operation& operation = *prepared->operation;
        try {
            root = run.plan_root(*prepared->schema->root(operation.kind), operation);
        } catch (const FieldError& error) {
            run.add_error(error.what(), error.extensions(), nullptr);
            end_with_null();
        }
        if (!is_done) run.text.raw('{');
    }

    /// The next root field. The time, when it has to be called again.
    std::optional<std::chrono::milliseconds> write_next_field() {
        const std::size_t before = run.text.size();
        if (next > 0) run.text.raw(',');
        run.wait.reset();
        const bool written = run.write_field(root.fields[next], Object(), nullptr);
        if (run.wait) {
            run.text.cut(before);
            return run.wait;
        }
        run.state.reset();
        ++next;
        if (!written) end_with_null();
        return std::nullopt;
    }

    void end_with_null() {
        run.text.cut(start);
        run.text.raw("null");
        is_done = true;
    }

    std::shared_ptr<const Prepared> prepared;
    Run run;
    std::size_t start;
    ObjectPlan root;
    std::size_t next = 0;
    bool is_begun = false;
    bool is_done = false;
};

Execution::Execution(std::shared_ptr<const Prepared> prepared, Request request, Output& output)
    : state_(std::make_unique<State>(std::move(prepared), std::move(request), output)) {}

Execution::~Execution() = default;

std::optional<std::chrono::milliseconds> Execution::advance() {
    State& state = *state_;
    state.run.check();
    if (!state.is_begun) {
        state.is_begun = true;
        state.begin();
    }
    while (!state.is_done && state.next < state.root.fields.size()) {
        if (const auto wait = state.write_next_field()) return wait;
    }
    if (!state.is_done) {
        state.run.text.raw('}');
        state.is_done = true;
    }
    state.run.text.flush();
    return std::nullopt;
}

const std::vector<RequestError>& Execution::errors() const { return state_->run.errors; }

}  // namespace migrator::graphql
