#include "exposition.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace migrator::metrics::test {

namespace {

using Labels = std::map<std::string, std::string>;

/// Takes one line apart, from its start on.
class Line {
public:
    explicit Line(const std::string& text) : text_(text), rest_(text_) {}

    [[noreturn]] void fail(const std::string& what) const {
        throw std::runtime_error(what + ": " + text_);
    }
    bool take(std::string_view expected) {
        if (!rest_.starts_with(expected)) return false;
        rest_.remove_prefix(expected.size());
        return true;
    }
    void expect(std::string_view expected) {
        if (!take(expected)) fail("'" + std::string(expected) + "' expected");
    }
    std::string name(bool with_colon) {
        std::size_t size = 0;
        for (; size < rest_.size(); ++size) {
            const char c = rest_[size];
            const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
                                   (c == ':' && with_colon);
            const bool is_digit = c >= '0' && c <= '9';
            if (!is_letter && !(is_digit && size > 0)) break;
        }
        if (size == 0) fail("a name expected");
        return cut(size);
    }
    std::string quoted() {
        expect("\"");
        std::string value;
        while (!take("\"")) {
            if (rest_.empty()) fail("no closing quote");
            if (take("\\n"))
                value += '\n';
            else if (take("\\\\"))
                value += '\\';
            else if (take("\\\""))
                value += '"';
            else if (rest_.front() == '\\')
                fail("unknown escape");
            else
                value += cut(1);
        }
        return value;
    }
    double number() {
        const std::string token = cut(rest_.size());
        if (token == "+Inf") return std::numeric_limits<double>::infinity();
        if (token == "NaN") return std::numeric_limits<double>::quiet_NaN();
        if (token.empty() || token.find_first_not_of("0123456789+-.e") != std::string::npos) {
            fail("a number expected");
        }
        std::size_t used = 0;
        const double value = std::stod(token, &used);
        if (used != token.size()) fail("a number expected");
        return value;
    }
    std::string to_end() { return cut(rest_.size()); }

private:
    std::string cut(std::size_t size) {
        std::string part(rest_.substr(0, size));
        rest_.remove_prefix(size);
        return part;
    }

    const std::string text_;
    std::string_view rest_;
};

Sample read_sample(Line& line) {
    Sample sample{.name = line.name(true), .labels = {}, .value = 0};
    if (line.take("{")) {
        do {
            const std::string label = line.name(false);
            line.expect("=");
            if (!sample.labels.emplace(label, line.quoted()).second) line.fail("label comes twice");
        } while (line.take(","));
        line.expect("}");
    }
    line.expect(" ");
    sample.value = line.number();
    return sample;
}

void check_name(
    const Line& line, const std::string& name, const Group& group, const Sample& sample
) {
    if (!sample.name.starts_with(name)) line.fail("sample outside of its group");
    const std::string suffix = sample.name.substr(name.size());
    const std::map<std::string, std::set<std::string>> allowed{
        {"counter", {""}},
        {"gauge", {""}},
        {"summary", {"_sum", "_count"}},
        {"histogram", {"_sum", "_count", "_bucket"}}};
    const auto found = allowed.find(group.type);
    if (found == allowed.end()) line.fail("unknown type");
    if (!found->second.contains(suffix)) line.fail("not a name for this type");
    if (sample.labels.contains("le") != (suffix == "_bucket")) line.fail("label le");
    if (group.type == "counter" && sample.value < 0) line.fail("negative counter");
}

}  // namespace

Exposition::Exposition(const std::string& text) {
    if (!text.ends_with('\n')) throw std::runtime_error("no line break at the end");
    std::istringstream lines(text);
    std::string current;
    std::set<std::pair<std::string, Labels>> seen;
    for (std::string content; std::getline(lines, content);) {
        Line line(content);
        if (line.take("# HELP ")) {
            current = line.name(true);
            line.expect(" ");
            const Group group{.help = line.to_end(), .type = "", .samples = {}};
            if (!groups_.emplace(current, group).second) line.fail("a second group");
        } else if (line.take("# TYPE ")) {
            if (line.name(true) != current || current.empty()) line.fail("TYPE without its HELP");
            line.expect(" ");
            Group& group = groups_.at(current);
            if (!group.type.empty()) line.fail("a second TYPE");
            group.type = line.to_end();
        } else {
            if (current.empty()) line.fail("sample before HELP");
            Group& group = groups_.at(current);
            const Sample sample = read_sample(line);
            check_name(line, current, group, sample);
            if (!seen.emplace(sample.name, sample.labels).second) line.fail("sample comes twice");
            group.samples.push_back(sample);
        }
    }
    check_histograms();
}

void Exposition::check_histograms() const {
    for (const auto& [name, group] : groups_) {
        if (group.samples.empty()) throw std::runtime_error("no sample: " + name);
        if (group.type != "histogram") continue;
        std::map<Labels, std::pair<double, double>> last;  // the last bound and its count
        for (const Sample& sample : group.samples) {
            if (sample.name != name + "_bucket") continue;
            Labels others = sample.labels;
            others.erase("le");
            Line bound_text(sample.labels.at("le"));
            const double bound = bound_text.number();
            const auto [before, is_first] = last.try_emplace(others, bound, sample.value);
            if (!is_first &&
                (bound <= before->second.first || sample.value < before->second.second)) {
                throw std::runtime_error("buckets are not cumulative: " + name);
            }
            before->second = {bound, sample.value};
        }
        if (last.empty()) throw std::runtime_error("no buckets: " + name);
        for (const auto& [labels, bucket] : last) {
            if (!std::isinf(bucket.first) || bucket.second != value(name + "_count", labels)) {
                throw std::runtime_error("the last bucket is not the count: " + name);
            }
            value(name + "_sum", labels);
        }
    }
}

const Sample* Exposition::find(const std::string& name, const Labels& labels) const {
    for (const auto& [metric, group] : groups_) {
        for (const Sample& sample : group.samples) {
            if (sample.name == name && sample.labels == labels) return &sample;
        }
    }
    return nullptr;
}

double Exposition::value(const std::string& name, const Labels& labels) const {
    const Sample* sample = find(name, labels);
    if (sample == nullptr) throw std::runtime_error("no sample " + name);
    return sample->value;
}

bool Exposition::has(const std::string& name, const Labels& labels) const {
    return find(name, labels) != nullptr;
}

}  // namespace migrator::metrics::test

using migrator::metrics::test::Exposition;

// The checks of the other tests are worth what this parser sees.
TEST(Exposition, RefusesWhatIsNotTheFormat) {
    const std::string head = "# HELP a b\n# TYPE a ";
    const struct {
        const char* name;
        std::string text;
    } cases[] = {
        {"no end of line", head + "gauge\na 1"},
        {"no HELP", "# TYPE a gauge\na 1\n"},
        {"no TYPE", "# HELP a b\na 1\n"},
        {"two groups", head + "gauge\na 1\n" + head + "gauge\na{x=\"\"} 1\n"},
        {"twice the same", head + "gauge\na 1\na 2\n"},
        {"foreign sample", head + "gauge\nb 1\n"},
        {"no sample", head + "gauge\n"},
        {"name of a histogram", head + "counter\na_sum 1\n"},
        {"not escaped", head + "gauge\na{x=\"a\"b\"} 1\n"},
        {"bad escape", head + "gauge\na{x=\"\\t\"} 1\n"},
        {"no number", head + "gauge\na one\n"},
        {"negative counter", head + "counter\na -1\n"},
        {"no +Inf", head + "histogram\na_count 1\na_sum 1\na_bucket{le=\"1\"} 1\n"},
        {"not cumulative",
         head + "histogram\na_count 1\na_sum 1\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\n"},
        {"count differs", head + "histogram\na_count 1\na_sum 1\na_bucket{le=\"+Inf\"} 2\n"},
        {"no sum", head + "histogram\na_count 1\na_bucket{le=\"+Inf\"} 1\n"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        EXPECT_THROW(Exposition{c.text}, std::runtime_error);
    }
    EXPECT_EQ(
        Exposition(head + "gauge\na{x=\"\\\\\\n\"} 1e+06\n").value("a", {{"x", "\\\n"}}), 1e6
    );
}
