#pragma once

#include <cstddef>

#include "graphql/schema.hpp"

namespace migrator::graphql {

/// A type with its first wrappers taken off; what `TypeRef::inner` gives, without the copy. The
/// TypeRef has to live longer.
class TypeLevel {
public:
    TypeLevel(const TypeRef& type, std::size_t skipped = 0) : type_(&type), skipped_(skipped) {}

    bool is_non_null() const { return is(TypeRef::Wrapper::NonNull); }
    bool is_list() const { return is(TypeRef::Wrapper::List); }
    TypeLevel inner() const { return {*type_, skipped_ + 1}; }
    const Type& named() const { return *type_->named; }
    std::string text() const {
        const auto from = type_->wrappers.begin() + static_cast<std::ptrdiff_t>(skipped_);
        return TypeRef{{from, type_->wrappers.end()}, type_->named}.text();
    }

private:
    bool is(TypeRef::Wrapper wrapper) const {
        return skipped_ < type_->wrappers.size() && type_->wrappers[skipped_] == wrapper;
    }

    const TypeRef* type_;
    std::size_t skipped_;
};

}  // namespace migrator::graphql
