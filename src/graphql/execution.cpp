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
            "a resolver expects a parent of type {}, not {}",
            wanted.name(),
            type_ == nullptr ? "none" : type_->name()
        )
    );
}

struct Execution::State {
    State(std::shared_ptr<const Prepared> given, Request request, Output& output)
        : prepared(std::move(given)), run(*prepared, std::move(request), output) {}

    /// Writes `{…}`. False: null has reached the top.
    bool write_data() {
        const ast::Operation& operation = *prepared->operation;
        ObjectPlan root;
        try {
            root = run.plan_root(*prepared->schema->root(operation.kind), operation);
        } catch (const FieldError& error) {
            run.add_error(error.what(), error.extensions(), nullptr);
            return false;
        }
        return run.write_object(root, Object(), nullptr);
    }

    std::shared_ptr<const Prepared> prepared;
    Run run;
};

Execution::Execution(std::shared_ptr<const Prepared> prepared, Request request, Output& output)
    : state_(std::make_unique<State>(std::move(prepared), std::move(request), output)) {}

Execution::~Execution() = default;

void Execution::run() {
    Run& run = state_->run;
    const std::size_t start = run.text.size();
    bool is_null = false;
    try {
        is_null = !state_->write_data();
    } catch (const Run::Ended& ended) {
        run.errors = {{.message = ended.why.what(), .extensions = ended.why.extensions()}};
        is_null = true;
    }
    if (is_null) {
        run.text.cut(start);
        run.text.raw("null");
    }
    run.text.flush();
}

const std::vector<RequestError>& Execution::errors() const { return state_->run.errors; }

}  // namespace migrator::graphql
