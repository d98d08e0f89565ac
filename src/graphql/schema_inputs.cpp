#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "graphql/schema_check.hpp"

namespace migrator::graphql {
namespace {

class InputCycles {
public:
    explicit InputCycles(const Coordinates& coordinates) : coordinates_(coordinates) {}

    /// An object that needs another of its own type can't be written down.
    void check_required(const Type& type) {
        if (done_.contains(&type)) return;
        for (const InputValue& field : type.input_fields) {
            if (field.type.wrappers.size() != 1 || !field.type.is_non_null()) continue;
            if (field.type.named->kind != ast::TypeKind::InputObject) continue;
            if (!enter(field)) fail(type, field, "the input object needs another of itself");
            check_required(*field.type.named);
            inside_.pop_back();
        }
        done_.insert(&type);
    }

    /// `default_value`, or `{}`, with the defaults of the fields it leaves out, is finite.
    void check_defaults(const Type& type, const ast::Value* value) {
        if (value != nullptr && value->kind == ast::ValueKind::List) {
            for (const ast::Value& item : value->items) check_defaults(type, &item);
            return;
        }
        if (value != nullptr && value->kind != ast::ValueKind::Object) return;
        for (const InputValue& field : type.input_fields) {
            if (field.type.named->kind != ast::TypeKind::InputObject) continue;
            if (const ast::Value* given = find(value, field.name)) {
                check_defaults(*field.type.named, given);
            } else if (field.default_value) {
                if (!enter(field)) fail(type, field, "the default value contains itself");
                check_defaults(*field.type.named, &*field.default_value);
                inside_.pop_back();
            }
        }
    }

private:
    static const ast::Value* find(const ast::Value* object, std::string_view name) {
        if (object == nullptr) return nullptr;
        const auto found = std::ranges::find_if(object->fields, [name](const auto& field) {
            return field.name.text == name;
        });
        return found == object->fields.end() ? nullptr : &found->value;
    }

    bool enter(const InputValue& field) {
        if (std::ranges::find(inside_, &field) != inside_.end()) return false;
        inside_.push_back(&field);
        return true;
    }

    [[noreturn]] void fail(const Type& type, const InputValue& field, std::string_view message)
        const {
        const std::string coordinate = fmt::format("{}.{}", type.name, field.name);
        fail_schema(coordinates_.at(coordinate), fmt::format("{}: {}", coordinate, message));
    }

    const Coordinates& coordinates_;
    std::vector<const InputValue*> inside_;
    std::set<const Type*> done_;
};

}  // namespace

void check_input_cycles(const Schema& schema, const Coordinates& coordinates) {
    InputCycles cycles(coordinates);
    for (const Type& type : schema.types()) {
        if (type.kind != ast::TypeKind::InputObject) continue;
        cycles.check_required(type);
        cycles.check_defaults(type, nullptr);
    }
}

}  // namespace migrator::graphql
