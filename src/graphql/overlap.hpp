#pragma once

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "graphql/validation_context.hpp"

namespace migrator::graphql {

/// Finds fields of one response key that can't be merged into one answer (section 5.3.2).
///
/// A selection set is a list of fields (inline fragments resolved) and of fragment names. Fields of
/// a set are compared with each other, with those of its fragments, and the fragments with each
/// other; where two fields agree, what is selected below them is compared in the same way. A pair
/// of fragments, or of a set and a fragment, is compared once: so the work is at most the square of
/// the document, and cycles end. A budget bounds it for documents that are made to be expensive.
class OverlapFinder {
public:
    struct Conflict {
        std::string response_key;
        std::string reason;
        std::vector<Location> first;
        std::vector<Location> second;
    };

    explicit OverlapFinder(ValidationContext& context) : context_(context) {}

    /// In the set with all that its fragments add to it. Sets below are to be asked for one by one.
    std::vector<Conflict> conflicts_in(const ast::SelectionSet& set, const Type* parent);

    /// Whether the budget was used up: then something was left out.
    bool is_exhausted() const { return exhausted_; }

private:
    struct FieldEntry {
        const Type* parent;  ///< null: not known
        const ast::Field* node;
        const FieldType* definition;  ///< null: not known
    };
    /// One selection set, collected.
    struct Fields {
        struct Group {
            std::string_view key;
            std::vector<FieldEntry> entries;
        };
        std::vector<Group> groups;  ///< in the order of the document
        std::unordered_map<std::string_view, std::size_t> index;
        std::vector<const ast::Fragment*> spreads;  ///< each once
    };
    /// Whether the two sides can't both apply to one object: then only shapes have to agree.
    enum class Exclusive : bool { No, Yes };

    const Fields& fields_of(const ast::SelectionSet& set, const Type* parent);
    const Fields& fields_of(const ast::Fragment& fragment);
    void collect(Fields& fields, const ast::SelectionSet& set, const Type* parent);

    void compare_within(const Fields& fields);
    void compare(const Fields& a, const Fields& b, Exclusive exclusive);
    void compare_with_fragment(const Fields& a, const ast::Fragment& b, Exclusive exclusive);
    void compare_fragments(const ast::Fragment& a, const ast::Fragment& b, Exclusive exclusive);
    void compare_below(
        const std::string& key, const FieldEntry& a, const FieldEntry& b, Exclusive exclusive
    );
    void compare_fields(
        std::string_view key, const FieldEntry& a, const FieldEntry& b, Exclusive exclusive
    );

    void found(Conflict conflict);
    const std::string& arguments_of(const ast::Field& field);
    /// False when it was done before, at least as strictly.
    bool first_time(const void* a, const void* b, Exclusive exclusive);
    /// False when the budget does not have that much.
    bool spend(std::size_t cost);

    /// Ends a chain of fragments that would cost too much stack.
    class Depth {
    public:
        explicit Depth(OverlapFinder& finder) : finder_(finder) { ++finder_.depth_; }
        ~Depth() { --finder_.depth_; }
        Depth(const Depth&) = delete;
        Depth& operator=(const Depth&) = delete;

    private:
        OverlapFinder& finder_;
    };

    ValidationContext& context_;
    std::unordered_map<const ast::SelectionSet*, Fields> fields_;
    std::unordered_map<const ast::Field*, std::string> arguments_;
    std::map<std::pair<const void*, const void*>, Exclusive> compared_;
    std::vector<Conflict>* conflicts_ = nullptr;  // where those of the current comparison go
    std::size_t spent_ = 0;
    std::size_t depth_ = 0;
    bool exhausted_ = false;
};

}  // namespace migrator::graphql
