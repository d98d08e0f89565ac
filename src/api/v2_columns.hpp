#pragma once

#include "graphql/execution.hpp"
#include "graphql/schema.hpp"
#include "wire/columns.hpp"

/// Resolvers for the fields of one type of v2, whose value is a T.
namespace migrator::api {

/// A field that has something of its own: `write` is given the value and the result.
template <typename T, typename Write>
void resolve(graphql::Schema& schema, const char* type, const char* field, Write write) {
    schema.resolve(type, field, [write](graphql::FieldContext& context, graphql::Result& result) {
        write(context.parent().as<T>(), result);
    });
}

/// A number, a text, null, or a list of these. Throws Internal for an object.
void write(graphql::Result& result, const boost::json::value& value);
/// Null for the empty text.
void write_or_null(graphql::Result& result, const boost::json::value& value);

/// All fields that are called like a column and have no resolver yet. An empty text is null where
/// the schema allows it. `columns` outlive the schema.
template <typename T>
void resolve_columns(graphql::Schema& schema, const char* type, const wire::Columns<T>& columns) {
    for (const wire::Column<T>& column : columns) {
        const graphql::FieldType* field = schema.type(type)->field(column.name);
        if (field == nullptr || field->resolver) continue;
        const auto put = field->type.is_non_null() ? write : write_or_null;
        resolve<T>(
            schema,
            type,
            column.name.c_str(),
            [&column, put](const T& value, graphql::Result& result) {
                put(result, column.value(value));
            }
        );
    }
}

}  // namespace migrator::api
