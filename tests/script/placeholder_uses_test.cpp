#include "script/placeholder_uses.hpp"

#include <gtest/gtest.h>

#include "script/scanner_lexes.hpp"

namespace migrator::script {
namespace {

using test::kServerLexis;

/// Each use as its line, then `q` for quotes, `t` for a text, `p` for a part of a name.
std::string uses_in(const std::string& text) {
    std::string told;
    const Script script = scan(text, kServerLexis);
    for (const PlaceholderUse& use : placeholder_uses(text, "X", script, kServerLexis)) {
        if (!told.empty()) told += ' ';
        told += std::to_string(use.line);
        if (use.quoted) told += 'q';
        if (use.in_text) told += 't';
        if (!use.is_whole) told += 'p';
    }
    return told;
}

TEST(PlaceholderUses, AreNamesInCodeAlone) {
    const struct {
        const char* text;
        const char* uses;
    } cases[] = {
        {"", ""},
        {"create table X.t (a int)", "1"},
        {"create table \"X\".t (a int)", "1q"},
        {"-- X\n/* X */ create table\nX.t (a int);\nselect * from X.t", "3 4"},
        {"insert into \"X\".t values ('X', 'x@X.example')", "1q"},
        {"create index t_X on \"X\".t (a)", "1p 1q"},
        {"create index \"t_X\" on X.t (a)", "1qp 1"},
        // Bodies, and the texts in them that are run.
        {"create function \"X\".f() returns void as $$\nselect * from X.t $$ language sql",
         "1q 2t"},
        {"do $$ begin execute 'drop table X.t'; end $$", "1t"},
        {"do $$ begin execute 'drop table \"X\".t'; end $$", "1qt"},
        {"do $$ begin raise notice 'X is done, see https://X.example.com'; end $$", ""},
        {"do $$ begin perform 1 from t where owner = 'X'; end $$", ""},
        {"insert into t values ($$ drop table X.t $$)", ""},
        {"create table \"X\".t (url text default 'https://X.example.com')", "1q"},
        {"do $X$ begin end $X$", "1p"},
        // Names of objects as texts.
        {"select nextval('X.t_id_seq')", "1t"},
        {"select nextval('\"X\".t_id_seq')", "1qt"},
        {"select 'X.t'::regclass", "1t"},
        {"select 'X.t'::text", ""},
        {"set search_path = 'X', public", "1qt"},
        {"set search_path = X, public", "1"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        EXPECT_EQ(uses_in(c.text), c.uses);
    }
}

}  // namespace
}  // namespace migrator::script
