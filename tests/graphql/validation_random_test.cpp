#include <filesystem>
#include <fstream>
#include <sstream>

#include "graphql/naive_merge.hpp"
#include "graphql/oracle.hpp"
#include "graphql/random_documents.hpp"
#include "graphql/torture.hpp"
#include "graphql/validation_documents.hpp"

namespace migrator::graphql::test {
namespace {

constexpr int kDocuments = 2'000;

bool is_about_merging(const std::string& complaint) {
    return complaint.find(" conflict because ") != std::string::npos;
}

Complaints without_merging(Complaints complaints) {
    std::erase_if(complaints, is_about_merging);
    return complaints;
}

bool any_about(const Complaints& complaints, std::string_view what) {
    return std::ranges::any_of(complaints, [&](const std::string& complaint) {
        return complaint.find(what) != std::string::npos;
    });
}

/// What the reference throws in the middle of a subscription whose @skip or @include is not valid.
bool gave_up(const Complaints& complaints) {
    return complaints.size() == 1 && complaints[0].starts_with("Argument \"if\" ");
}

class ValidationOfRandomDocuments : public OracleTest {
protected:
    struct Counts {
        int valid = 0;
        int syntax_errors = 0;
        int gave_up = 0;
    };

    static Counts compare(
        const std::string& sdl, const Schema& schema, const std::vector<std::string>& texts
    ) {
        std::vector<boost::json::object> requests;
        for (const std::string& text : texts) {
            requests.push_back({{"op", "validate"}, {"schema", sdl}, {"document", text}});
        }
        const auto answers = ask_all(requests);
        Counts counts;
        for (std::size_t i = 0; i < texts.size(); ++i) {
            SCOPED_TRACE(texts[i]);
            const Complaints theirs = complaints(answers[i]);
            const Complaints ours = complaints(errors_of(schema, texts[i]));
            if (ours.empty()) ++counts.valid;
            if (gave_up(theirs)) {
                ++counts.gave_up;
            } else if (any_about(theirs, "Syntax Error")) {
                ++counts.syntax_errors;
                EXPECT_EQ(ours, theirs);
            } else {
                EXPECT_EQ(without_merging(ours), without_merging(theirs));
                compare_merging(schema, texts[i], ours, theirs);
            }
        }
        return counts;
    }

private:
    /// The reference in this version (16.6.0) compares a fragment within a fragment with the first
    /// selection set only, so it misses conflicts, and reports some twice: what it says and what
    /// the plain algorithm says have to be consistent with ours.
    static void compare_merging(
        const Schema& schema,
        const std::string& text,
        const Complaints& ours,
        const Complaints& theirs
    ) {
        const bool found = std::ranges::any_of(ours, is_about_merging);
        if (std::ranges::any_of(theirs, is_about_merging)) {
            EXPECT_TRUE(found);
        }
        if (any_about(ours, " within itself")) return;
        const auto parsed = parse(text);
        const NaiveMerge naive(schema, std::get<ast::Document>(parsed));
        EXPECT_EQ(found, naive.has_conflict());
    }
};

void expect_mixture(int valid) {
    // Chance has to make both kinds, or the test says nothing.
    EXPECT_GT(valid, kDocuments / 20);
}

TEST_F(ValidationOfRandomDocuments, AgreesOnTheTortureSchema) {
    const Schema schema(torture_sdl());
    RandomDocuments documents(schema, 1);
    std::vector<std::string> valid;
    std::vector<std::string> mutated;
    for (int i = 0; i < kDocuments; ++i) valid.push_back(documents.valid());
    for (int i = 0; i < kDocuments; ++i) mutated.push_back(documents.mutated());
    expect_mixture(compare(torture_sdl(), schema, valid).valid);
    const Counts counts = compare(torture_sdl(), schema, mutated);
    EXPECT_LT(counts.syntax_errors, kDocuments / 2);
    EXPECT_LT(counts.gave_up, kDocuments / 50);
}

TEST_F(ValidationOfRandomDocuments, AgreesOnTheSchemaOfTheProgram) {
    const std::filesystem::path path = MIGRATOR_SOURCE_DIR "/src/api/schema.graphql";
    std::ifstream file(path);
    ASSERT_TRUE(file.is_open()) << path;
    std::ostringstream contents;
    contents << file.rdbuf();
    const std::string sdl = contents.str();
    const Schema schema(sdl);
    RandomDocuments documents(schema, 2);
    std::vector<std::string> valid;
    std::vector<std::string> mutated;
    for (int i = 0; i < kDocuments; ++i) valid.push_back(documents.valid());
    for (int i = 0; i < kDocuments; ++i) mutated.push_back(documents.mutated());
    expect_mixture(compare(sdl, schema, valid).valid);
    EXPECT_LT(compare(sdl, schema, mutated).syntax_errors, kDocuments / 2);
}

}  // namespace
}  // namespace migrator::graphql::test
