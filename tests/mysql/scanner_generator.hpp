#pragma once

#include <random>
#include <string>
#include <vector>

namespace migrator::test {

/// Writes valid scripts for MariaDB out of pieces that are easy to misread. The same seed gives the
/// same ones.
class MysqlScriptGenerator {
public:
    explicit MysqlScriptGenerator(unsigned seed) : random_(seed) {}

    std::string script() {
        std::string text = maybe_blank();
        for (unsigned i = 1 + below(6); i > 0; --i) {
            text += statement() + maybe_blank() +
                    (i > 1 ? any({";", ";", ";\n", " ; ", ";\r\n"}) : any({"", ";"}));
        }
        return text;
    }

private:
    using Pieces = std::vector<std::string>;

    unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }
    const std::string& any(const Pieces& pieces) {
        return pieces[below(static_cast<unsigned>(pieces.size()))];
    }
    std::string blank() {
        return any(
            {" ",
             " ",
             "\n",
             "\r\n",
             "\t",
             "/* ; */",
             "/* ' */",
             "# ; '\n",
             "-- ;'\n",
             "--\n",
             " -- \"`\n ",
             "/**/",
             "/***/",
             "/*--*/",
             "#\n"}
        );
    }
    std::string maybe_blank() { return below(2) == 0 ? "" : blank(); }

    std::string string() {
        return any(
            {"'a'",
             "''",
             "';'",
             "''';'",
             "'\\';'",
             "'\\\\'",
             "'/*'",
             "'-- '",
             "'#'",
             "\";\"",
             "\"\\\";\"",
             "\"\"\";\"",
             "\"';\"",
             "'\";'",
             "n'a;'",
             "_utf8mb4'x;'",
             "'é;'",
             "'a' 'b;'",
             "x'3b'"}
        );
    }
    std::string name() {
        return any({"a", "`a;b`", "```;'`", "`/*`", "é", "a$b", "begin", "end", "`\\`", "_x", "n"});
    }
    std::string number() { return any({"1", "2.5", ".5", "1e2", "0x3b", "b'1'"}); }

    std::string expression(unsigned depth = 0) {
        if (depth > 3) return number();
        switch (below(10)) {
            case 0:
                return number() + maybe_blank() + any({"+", "-", "*"}) + blank() +
                       expression(depth + 1);
            case 1:
                return "(" + expression(depth + 1) + maybe_blank() + ")";
            case 2:
                return "length(" + string() + ")";
            case 3:
                return "case" + blank() + "when 1 then" + blank() + expression(depth + 1) +
                       blank() + "else " + expression(depth + 1) + blank() + "end";
            case 4:
                return "(select" + blank() + expression(depth + 1) + " as " + name() + ")";
            case 5:
                return "if(" + expression(depth + 1) + "," + expression(depth + 1) + ", 1)";
            case 6:
                return "length(repeat(" + string() + ", 2))";
            case 7:
                return "1 /*! + 1 */ /*!50000 + 1*/";
            default:
                return number();
        }
    }
    std::string query() { return "select" + blank() + expression() + blank() + "as " + name(); }

    std::string block(unsigned depth) {
        std::string text = "begin" + blank();
        if (below(3) == 0) text += "declare v" + blank() + "int default " + expression(2) + ";";
        if (below(3) == 0) {
            text += "declare exit handler for sqlexception" + blank() +
                    any({"begin end;", "set @h = 1;", "begin do 1; do 2; end;"});
        }
        for (unsigned i = below(4); i > 0; --i) text += inner(depth + 1) + ";" + maybe_blank();
        return text + "end";
    }
    std::string inner(unsigned depth) {
        if (depth > 3) return "do " + expression(2);
        const std::string label = "l" + std::to_string(++names_);
        switch (below(9)) {
            case 0:
                return "if" + blank() + expression(2) + " then" + blank() + inner(depth + 1) + ";" +
                       any({"", "else " + inner(depth + 1) + ";"}) + blank() + "end if";
            case 1:
                return "while 0 do" + blank() + inner(depth + 1) + ";" + maybe_blank() +
                       "end while";
            case 2:
                return label + ":" + maybe_blank() + "loop" + blank() + inner(depth + 1) +
                       "; leave " + label + "; end loop" + any({"", " " + label});
            case 3:
                return "repeat" + blank() + inner(depth + 1) + "; until 1 end repeat";
            case 4:
                return "case" + blank() + expression(2) + blank() + "when 1 then" + blank() +
                       inner(depth + 1) + "; else" + blank() + inner(depth + 1) + ";" +
                       maybe_blank() + "end case";
            case 5:
                return block(depth);
            case 6:
                return "for i" + label + " in 1..2 do " + inner(depth + 1) + "; end for";
            case 7:
                return "set @x" + maybe_blank() + any({"=", ":="}) + maybe_blank() + expression(1);
            default:
                return "do " + expression(2);
        }
    }

    std::string statement() {
        const std::string id = std::to_string(++names_);
        switch (below(10)) {
            case 0:
                return "create" + blank() + "procedure scan_db.p" + id + "(" +
                       any({"", "begin int", "in a int, out `b;` varchar(3)"}) + ")" + blank() +
                       any({"", "deterministic ", "comment ';' ", "sql security invoker "}) +
                       inner(0);
            case 1:
                return "create function scan_db.f" + id + "()" + blank() +
                       any({"returns int", "returns varchar(3) character set utf8mb4"}) + blank() +
                       any({"return " + expression(2), "begin return " + expression(1) + "; end"});
            case 2:
                return "create trigger scan_db.t" + id +
                       " before insert on scan_db.t for each row" + blank() +
                       any({"set new.a = " + expression(2), block(2)});
            case 3:
                return "create event scan_db.e" + id + " on schedule every 1 day disable do" +
                       blank() + inner(1);
            case 4:
                return "create view scan_db.v" + id + " as " + query();
            case 5:
                return "/*!50003 create*/ /*!50020 definer=`root`@`localhost`*/ /*!50003 procedure "
                       "scan_db.p" +
                       id + "() begin do 1; do 2; end */";
            case 6:
                return any({"set @a = ';'", "do 1", "/*!40101 set @b = ';' */", "use scan_db"});
            default:
                return query();
        }
    }

    std::mt19937 random_;
    unsigned names_ = 0;
};

}  // namespace migrator::test
