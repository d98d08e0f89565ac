#pragma once

#include <random>
#include <string>
#include <vector>

namespace migrator::test {

/// Writes valid scripts out of pieces that are easy to misread. The same seed gives the same ones.
class ScriptGenerator {
public:
    ScriptGenerator(unsigned seed, bool standard_strings)
        : random_(seed), standard_strings_(standard_strings) {}

    std::string script() {
        std::string text = maybe_blank();
        for (unsigned i = below(7); i > 0; --i) text += statement() + maybe_blank() + separator();
        if (below(3) == 0) text += statement();
        return text + maybe_blank() + (below(4) == 0 ? "-- ; the end" : "");
    }

private:
    using Pieces = std::vector<std::string>;

    unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }
    const std::string& any(const Pieces& pieces) {
        return pieces[below(static_cast<unsigned>(pieces.size()))];
    }

    std::string separator() {
        return any({";", ";", ";\n", ";;", " ; /* ; */ ;", ";\r\n", "; -- ;\n"});
    }
    /// Between two tokens that need something in between.
    std::string blank() {
        return any(
            {" ",
             " ",
             "\n",
             "\r\n",
             "\t",
             "\f",
             "/* ; */",
             "/* /* ; */ ' */",
             "-- ;\n",
             "--'\r",
             " -- $$\n ",
             "/**/",
             "/*/ ; */",
             "/*--*/",
             "/***/",
             "--/*\n",
             "-- \"\r\n"}
        );
    }
    std::string maybe_blank() { return below(2) == 0 ? "" : blank(); }
    /// Around a newline, without a block comment: a string may go on behind it.
    std::string newline() {
        return any({"\n", "\r", " \r\n\t", " -- ;'\n", "--\n--;\n", "\f\n\f"});
    }

    std::string string() {
        switch (below(12)) {
            case 0:
                return "E'\\';'" + (below(2) == 0 ? newline() + "'\\\\'" : "");
            case 1:
                return "e'\\\\'" + (below(2) == 0 ? newline() + "'a\\';'" : "");
            case 2:
                return any({"$$;$$", "$a$;$$'$a$", "$_1$$a$;\n$_1$", "$é$\"/*$é$", "$$--$$"});
            case 3:
                return "n'a;'";
            case 4:
                return "'a;'" + newline() + "'b'';'";
            case 5:
                return standard_strings_ ? "U&'\\0061;'" : "'\\';\\\\'";
            case 6:
                return standard_strings_ ? "'\\'" : "'a\\\\'" + newline() + "'\\';'";
            case 7:
                return standard_strings_ ? "'a\\'" + newline() + "'b\\;'" : "N'\\';'";
            default:
                return any({"'a'", "''", "';'", "''';'", "'/*'", "'--'", "'$$'", "'\";'", "'é;'"});
        }
    }
    std::string name() {
        return any(
            {"a",
             "e",
             "b",
             "x",
             "n",
             "u",
             "a$b$",
             "_$$",
             "é",
             "\"a;b\"",
             "\"\"\";'\"",
             "\"$$\"",
             "\"/*\"",
             "\"--\"",
             "begin",
             "atomic",
             "é$1"}
        );
    }
    std::string number() { return any({"1", "2.5", ".5", "1e2", "1.e-1", "5."}); }
    std::string bits() { return any({"b'01'", "B'1'", "b'0'" + newline() + "'1'"}); }

    std::string expression(unsigned depth = 0) {
        if (depth > 3) return number();
        switch (below(11)) {
            case 0:
                return number() + maybe_blank() + any({"+", "-", "*", "/"}) + blank() +
                       expression(depth + 1);
            case 1:
                return "(" + maybe_blank() + expression(depth + 1) + maybe_blank() + ")";
            case 2:
                return "length(" + string() + maybe_blank() + "||" + blank() + string() + ")";
            case 3:
                return "case" + blank() + "when true then" + blank() + expression(depth + 1) +
                       blank() + "end";
            case 4:
                return "(select" + blank() + expression(depth + 1) + blank() + "as " + name() + ")";
            case 5:
                return "length(" + bits() + ")";
            case 6:
                return any({"@-1", "|/4", "1<<2", "- -1", "+-1", "@ /* ; */ -1", "2*/*;*/3"});
            case 7:
                return "length(" + string() + "::text)";
            default:
                return number();
        }
    }
    std::string query() {
        return "select" + blank() + expression() + blank() + "as " + name() + maybe_blank();
    }
    /// A query whose last column has a label that looks like the end of something.
    std::string body_query() {
        return query() +
               any({"", ", 1 as end", ", 2 end", ", 1 case", ", 3 as begin", ", 3 atomic"});
    }

    std::string statement() {
        const std::string id = std::to_string(++names_);
        switch (below(12)) {
            case 0:
                return "do" + blank() +
                       any(
                           {"$$begin null; end$$",
                            "$a$ begin perform $$;$$; end; $a$",
                            "language $$plpgsql$$$$begin end$$",
                            "E'begin end;'"}
                       );
            case 1: {
                std::string text = any({"create", "create or replace"}) + blank() + "function f" +
                                   id + "()" + blank() + "returns void begin" + blank() + "atomic" +
                                   blank();
                for (unsigned i = below(4); i > 0; --i) text += body_query() + ";" + maybe_blank();
                return text + "end";
            }
            case 2:
                return "create" + blank() + "temp table t" + id + " (" + name() + blank() +
                       "text default " + string() + ")";
            case 3:
                return "create" + blank() + "view v" + id + " as " + query();
            case 4:
                return "values (" + expression() + maybe_blank() + "),(" + expression() + ")";
            case 5:
                return "comment on schema public is" + blank() + any({"';'", "$$;$$", "E'\\';'"});
            case 6:
                return "prepare p" + id + " as select $1::text" + blank() + "|| $2::text";
            case 7:
                return "create temp table r" + id + " (a int);create rule r as on insert to r" +
                       id + " do also (" + query() + ";" + maybe_blank() + query() + ")";
            case 8:
                return "explain" + blank() + query();
            default:
                return query();
        }
    }

    std::mt19937 random_;
    bool standard_strings_;
    unsigned names_ = 0;
};

}  // namespace migrator::test
