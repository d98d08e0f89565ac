#pragma once

#include <algorithm>
#include <boost/json.hpp>
#include <string>

/// The answer to an introspection, ours or the oracle's, so that the two can be compared.
namespace migrator::graphql::test {

inline bool is_built_in(const boost::json::value& item) {
    const std::string name(item.at("name").as_string());
    for (const char* known :
         {"Int",
          "Float",
          "String",
          "Boolean",
          "ID",
          "skip",
          "include",
          "deprecated",
          "specifiedBy"}) {
        if (name == known) return true;
    }
    return name.starts_with("__");
}

inline void forget_descriptions(boost::json::value& value) {
    if (value.is_array()) {
        for (boost::json::value& item : value.get_array()) forget_descriptions(item);
    } else if (value.is_object()) {
        value.get_object().erase("description");
        for (auto& field : value.get_object()) forget_descriptions(field.value());
    }
}

/// graphql-js shows an input object's default value with the defaults of its fields filled in, we
/// show it as it was written. That they mean the same is for ClientsCanRebuildTheSchema.
inline void forget_default_objects(boost::json::value& value) {
    if (value.is_array()) {
        for (boost::json::value& item : value.get_array()) forget_default_objects(item);
    } else if (value.is_object()) {
        for (auto& field : value.get_object()) {
            forget_default_objects(field.value());
            const bool is_default = field.key() == "defaultValue" && field.value().is_string();
            if (is_default && field.value().get_string().find('{') != std::string::npos)
                field.value() = "{…}";
        }
    }
}

inline void sort_by_name(boost::json::value& items) {
    if (!items.is_array()) return;
    std::ranges::sort(items.get_array(), {}, [](const boost::json::value& item) {
        return std::string(item.at("name").as_string());
    });
}

/// Sorted where the order says nothing; without the descriptions of what is built in, which are in
/// our own words.
inline boost::json::value comparable(boost::json::value introspected) {
    forget_default_objects(introspected);
    boost::json::object& schema = introspected.at("__schema").as_object();
    for (const char* part : {"types", "directives"}) {
        sort_by_name(schema[part]);
        for (boost::json::value& item : schema[part].as_array()) {
            if (is_built_in(item)) forget_descriptions(item);
            if (item.as_object().contains("possibleTypes")) sort_by_name(item.at("possibleTypes"));
        }
    }
    return introspected;
}

}  // namespace migrator::graphql::test
