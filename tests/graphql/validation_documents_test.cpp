#include "graphql/validation_documents.hpp"

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "graphql/oracle.hpp"
#include "graphql/torture.hpp"

/// documents/<rule>.graphql: documents that keep or break a rule of section 5 of the specification.
namespace migrator::graphql::test {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder = MIGRATOR_SOURCE_DIR "/tests/graphql/documents";

struct Case {
    bool valid = false;
    std::string name;
    std::string text;
};

/// `### valid name` and `### invalid name` begin a document.
std::vector<Case> read_cases(const fs::path& path) {
    std::ifstream file(path);
    std::vector<Case> cases;
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with("### ")) {
            cases.back().text += line + "\n";
            continue;
        }
        const auto space = line.find(' ', 4);
        cases.push_back(
            {.valid = line.substr(4, space - 4) == "valid",
             .name = line.substr(space + 1),
             .text = {}}
        );
    }
    return cases;
}

std::vector<fs::path> files() {
    std::vector<fs::path> result;
    for (const auto& entry : fs::directory_iterator(kFolder)) result.push_back(entry.path());
    std::ranges::sort(result);
    return result;
}

const Schema& torture() {
    static const Schema schema(torture_sdl());
    return schema;
}

TEST(ValidationDocuments, AreEightOfEachKindForEachRule) {
    const std::set<std::string> rules{
        "ExecutableDefinitions",
        "UniqueOperationNames",
        "LoneAnonymousOperation",
        "SingleFieldSubscriptions",
        "KnownTypeNames",
        "FragmentsOnCompositeTypes",
        "VariablesAreInputTypes",
        "ScalarLeafs",
        "FieldsOnCorrectType",
        "UniqueFragmentNames",
        "KnownFragmentNames",
        "NoUnusedFragments",
        "PossibleFragmentSpreads",
        "NoFragmentCycles",
        "UniqueVariableNames",
        "NoUndefinedVariables",
        "NoUnusedVariables",
        "KnownDirectives",
        "UniqueDirectivesPerLocation",
        "KnownArgumentNames",
        "UniqueArgumentNames",
        "ValuesOfCorrectType",
        "ProvidedRequiredArguments",
        "VariablesInAllowedPosition",
        "OverlappingFieldsCanBeMerged",
        "UniqueInputFieldNames"};
    std::set<std::string> found;
    for (const fs::path& path : files()) {
        found.insert(path.stem());
        const auto cases = read_cases(path);
        const auto valid = std::ranges::count_if(cases, [](const Case& c) { return c.valid; });
        EXPECT_GE(valid, 8) << path;
        EXPECT_GE(std::ssize(cases) - valid, 8) << path;
    }
    EXPECT_EQ(found, rules);
}

TEST(Validation, AcceptsWhatKeepsTheRulesAndRefusesWhatBreaksThem) {
    for (const fs::path& path : files()) {
        for (const Case& c : read_cases(path)) {
            const auto errors = errors_of(torture(), c.text);
            EXPECT_EQ(errors.empty(), c.valid) << path.stem() << ": " << c.name << "\n"
                                               << testing::PrintToString(complaints(errors)) << "\n"
                                               << c.text;
        }
    }
}

class ValidationOracle : public OracleTest {};

TEST_F(ValidationOracle, FindsTheSameErrorsAtTheSamePlaces) {
    std::vector<Case> cases;
    for (const fs::path& path : files())
        std::ranges::move(read_cases(path), std::back_inserter(cases));
    std::vector<boost::json::object> requests;
    for (const Case& c : cases) {
        requests.push_back({{"op", "validate"}, {"schema", torture_sdl()}, {"document", c.text}});
    }
    const auto answers = ask_all(requests);
    for (std::size_t i = 0; i < cases.size(); ++i) {
        EXPECT_EQ(complaints(errors_of(torture(), cases[i].text)), complaints(answers[i]))
            << cases[i].name << "\n"
            << cases[i].text;
    }
}

}  // namespace
}  // namespace migrator::graphql::test
