#include <random>
#include <regex>

#include "app/drivers.hpp"
#include "config/redacted_yaml.hpp"
#include "config/redaction.hpp"
#include "reading.hpp"

namespace migrator::config::test {
namespace {

/// Passwords of letters and digits that occur nowhere else in this file's data sources, with the
/// characters between them that have a meaning in some form of data source.
class Secrets {
public:
    std::string next() {
        std::string secret;
        const std::size_t length = 6 + random_() % 14;
        while (secret.size() < length) secret += random_() % 3 == 0 ? nasty(secret) : letter();
        return secret;
    }

private:
    std::string letter() {
        constexpr std::string_view kLetters = "QXZJWVK79";
        return {kLetters[random_() % kLetters.size()]};
    }

    std::string nasty(const std::string& before) {
        static const std::string nasty_texts[] = {
            " ", "'",  "\"", "\\", "/", "@", ":", "?", "#", "&",  "=",    ";",  "%",   "{",
            "}", "$",  "+",  ",",  "(", ")", "[", "]", "<", "''", "\"\"", "}}", "%41", "\xC3\xBC",
            "|", "\t", "!",  "~",  "-", "_", ".", "^", "`", "= ", " =",   "&=", ";="};
        const std::string& picked = nasty_texts[random_() % std::size(nasty_texts)];
        // `${…}` is no password but a reference.
        return picked == "{" && before.ends_with('$') ? letter() : picked;
    }

    std::mt19937 random_{20261122};
};

std::string percent_encoded(const std::string& text, const char* digits) {
    std::string result;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0) {
            result += c;
        } else {
            result += {'%', digits[byte >> 4U], digits[byte & 15U]};
        }
    }
    return result;
}

std::string percent_decoded(const std::string& text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool is_a = text.compare(i, 3, "%41") == 0;  // the only one that Secrets makes
        result += is_a ? 'A' : text[i];
        if (is_a) i += 2;
    }
    return result;
}

/// `text` with `escape` in front of each character of `special`.
std::string escaped(const std::string& text, std::string_view special, char escape) {
    std::string result;
    for (const char c : text) {
        if (special.find(c) != std::string_view::npos) result += escape;
        result += c;
    }
    return result;
}

std::string upper_encoded(const std::string& s) { return percent_encoded(s, "0123456789ABCDEF"); }

/// All forms of data source, right and wrong, with `secret` as the password.
std::vector<std::string> data_sources(const std::string& secret) {
    const std::string in_quotes = "'" + escaped(secret, "'\\", '\\') + "'";
    const std::string in_double = "\"" + escaped(secret, "\"", '"') + "\"";
    const std::string in_braces = "{" + escaped(secret, "}", '}') + "}";
    const std::string with_backslashes = escaped(secret, "' \\\t", '\\');
    const std::string encoded = upper_encoded(secret);
    std::vector<std::string> result;
    for (const std::string& value :
         {secret, in_quotes, with_backslashes, "'" + secret + "'", "'" + secret, encoded}) {
        result.push_back("user=shop password=" + value + " dbname=shop host=db");
        result.push_back("password=" + value);
        result.push_back("user=shop sslpassword = " + value + " dbname = shop");
        result.push_back("host=db PASSWORD=" + value + "\n port=5432");
        result.push_back("user = shop password =" + value);
    }
    for (const std::string& value :
         {secret, encoded, percent_encoded(secret, "0123456789abcdef")}) {
        for (const std::string scheme :
             {"postgres", "postgresql", "sqlserver", "mongodb", "mongodb+srv", "mysql", "MYSQL"}) {
            result.push_back(scheme + "://shop:" + value + "@db:5432/shop?sslmode=disable");
            result.push_back(scheme + "://shop:" + value + "@a:1,b:2/shop");
            result.push_back(scheme + "://:" + value + "@db");
            result.push_back(scheme + "://db/shop?user=shop&password=" + value);
            result.push_back(scheme + "://db/shop?password=" + value + "&user=shop");
            // Nobody can tell "x@y" from a host y, or digits from a port.
            result.push_back(scheme + "://shop:Q" + value.substr(0, value.find('@')));
        }
        result.push_back("mongodb://db/?tlsCertificateKeyFilePassword=" + value + "&tls=true");
    }
    result.push_back("root:" + secret + "@tcp(db:3306)/shop?parseTime=true");
    result.push_back("root:" + secret + "@/shop");
    result.push_back("root:" + secret + "@unix(/run/mysql.sock)/shop?timeout=1s");
    result.push_back("root:" + secret + "@tcp(db:3306)");
    result.push_back("root:" + secret);
    for (const std::string& value : {secret, in_double, in_quotes, in_braces, "\"" + secret}) {
        result.push_back("server=db;user id=sa;password=" + value + ";database=shop");
        result.push_back("server=db;PWD = " + value);
        result.push_back("odbc:server=db;uid=sa;pwd=" + value + ";database=shop");
        result.push_back("odbc:pwd=" + value);
    }
    return result;
}

/// The first piece of four characters of `secret`, in any of its forms, that stands in `text`.
std::string leaked(const std::string& text, const std::string& secret) {
    constexpr std::size_t kPiece = 4;
    for (const std::string& form :
         {secret,
          upper_encoded(secret),
          percent_encoded(secret, "0123456789abcdef"),
          percent_decoded(secret)}) {
        for (std::size_t i = 0; i + kPiece <= form.size(); ++i) {
            const std::string piece = form.substr(i, kPiece);
            if (contains(text, piece)) return piece;
        }
    }
    return "";
}

TEST(RedactionProperty, ShowsNoPieceOfAPasswordWhateverTheDriverAndTheForm) {
    Secrets secrets;
    for (int i = 0; i < 60; ++i) {
        const std::string secret = secrets.next();
        for (const std::string& data_source : data_sources(secret)) {
            for (const char* driver :
                 {"postgres", "mysql", "sqlserver", "mongodb", "sqlite", "oracle"}) {
                const std::string shown = redact_data_source(app::drivers(), driver, data_source);
                ASSERT_EQ(leaked(shown, secret), "") << driver << "\n"
                                                     << data_source << "\n"
                                                     << shown;
            }
        }
    }
}

TEST(RedactionProperty, KeepsTheOtherPartsOfWhatIsWellFormed) {
    Secrets secrets;
    for (int i = 0; i < 60; ++i) {
        const std::string secret = secrets.next();
        const std::string in_quotes = "'" + escaped(secret, "'\\", '\\') + "'";
        const std::string in_double = "\"" + escaped(secret, "\"", '"') + "\"";
        const std::string in_braces = "{" + escaped(secret, "}", '}') + "}";
        EXPECT_EQ(
            redact_data_source(
                app::drivers(), "postgres", "user=shop password=" + in_quotes + " host=db"
            ),
            "user=shop password=*** host=db"
        );
        EXPECT_EQ(
            redact_data_source(
                app::drivers(), "postgres", "postgres://shop:" + upper_encoded(secret) + "@db:1/s"
            ),
            "postgres://shop:***@db:1/s"
        );
        EXPECT_EQ(
            redact_data_source(
                app::drivers(), "mysql", "root:" + secret + "@tcp(db:1)/s?timeout=1s"
            ),
            "root:***@tcp(db:1)/s?timeout=1s"
        ) << secret;
        EXPECT_EQ(
            redact_data_source(
                app::drivers(), "sqlserver", "server=db;password=" + in_double + ";database=s"
            ),
            "server=db;password=***;database=s"
        );
        EXPECT_EQ(
            redact_data_source(
                app::drivers(), "sqlserver", "odbc:server=db;pwd=" + in_braces + ";database=s"
            ),
            "odbc:server=db;pwd=***;database=s"
        );
    }
}

TEST(RedactionProperty, NeverThrowsOnGarbage) {
    std::mt19937 random(7);
    const std::string alphabet = "a=1 '\"\\;:/?@&#%{}[],()*\n\t\xff" + std::string(1, '\0');
    for (int i = 0; i < 20'000; ++i) {
        std::string text;
        const std::string starts[] = {
            "", "postgres://", "odbc:", "sqlserver://", "mongodb://", "http://"};
        text = starts[random() % std::size(starts)];
        for (std::size_t length = random() % 20; length > 0; --length) {
            text += alphabet[random() % alphabet.size()];
        }
        for (const char* driver : {"postgres", "mysql", "sqlserver", "mongodb", "sqlite"}) {
            EXPECT_NO_THROW(redact_data_source(app::drivers(), driver, text));
        }
        EXPECT_NO_THROW(redact_url(text));
        EXPECT_NO_THROW(redact_header(text));
        EXPECT_NO_THROW(redact_location(text));
    }
}

/// The random name of the folder that the file is in may hold a piece of any secret.
std::string without_folder(const std::string& text) {
    static const std::regex folder("migrator-test-[A-Za-z0-9]{6}");
    return std::regex_replace(text, folder, "");
}

/// Everything that `read` shows for it, whether it succeeds or not.
std::string everything_shown(const Reading& reading) {
    try {
        const Config config = reading.read();
        std::string text = config.redacted_yaml;
        for (const std::string& warning : config.warnings) text += warning + "\n";
        return without_folder(text);
    } catch (const Error& error) {
        return without_folder(error.what());
    }
}

TEST(RedactionProperty, ShowsNoSecretInAnythingThatReadGives) {
    Secrets secrets;
    for (int i = 0; i < 4; ++i) {
        const std::string secret = secrets.next();
        const auto all = data_sources(secret);
        for (std::size_t k = static_cast<std::size_t>(i); k < all.size(); k += 4) {
            for (const char* driver : {"postgres", "sqlite", "mysql"}) {
                const std::string start = std::string("driver: ") + driver + "\n";
                const std::string rest = "baseLocation: /a\nsingleMigrations: [a]\n";
                const std::string quoted = "dataSource: " + yaml_string(all[k]) + "\n";
                const Reading readings[] = {
                    {.yaml = start + quoted + rest},
                    {.yaml = start + quoted + rest + "port: x\nretries: 4\n"},
                    {.yaml = start + rest + "dataSource: " + all[k] + "\n"},
                    {.yaml = start + rest + "dataSource: [" + quoted + "]\n"},
                    {.yaml = start + rest + "dataSources: " + yaml_string(all[k]) + "\n"},
                    {.yaml = start + rest, .environment = {{"MIGRATOR_DATA_SOURCE", all[k]}}},
                    {.yaml = start + rest, .overrides = {{"dataSource", all[k]}}},
                    {.yaml = start + rest + "dataSource: 'user=u password=${P}'\n",
                     .environment = {{"P", secret}}},
                    {.yaml = start + rest + "dataSource: user=u\nlockTimeout: ${P}\nport: ${P}\n",
                     .environment = {{"P", secret}}},
                };
                for (const Reading& reading : readings) {
                    const std::string shown = everything_shown(reading);
                    ASSERT_EQ(leaked(shown, secret), "") << reading.yaml << "\n" << shown;
                }
            }
        }
    }
}

TEST(RedactionProperty, ShowsNoSecretOfTheWebhookOrTheStorage) {
    Secrets secrets;
    for (int i = 0; i < 40; ++i) {
        const std::string secret = secrets.next();
        const std::string encoded = upper_encoded(secret);
        const std::string lines[] = {
            "webHookURL: " + yaml_string("https://example.com/" + secret),
            "webHookURL: " + yaml_string("https://example.com?" + secret),
            "webHookURL: " + yaml_string("https://user:" + secret + "@example.com/x"),
            "webHookURL: " + yaml_string("https://user:Q" + secret.substr(0, secret.find('@'))),
            "webHookURL: " + yaml_string("https://user:" + encoded + "@example.com/x"),
            "webHookURL: " + yaml_string(secret),
            "webHookHeaders: [" + yaml_string("X-Key: " + secret) + "]",
            "webHookHeaders: [" + yaml_string("X-Key " + secret) + "]",
            "webHookHeaders: [" + yaml_string("Bearer " + secret + ": x") + "]",
            "s3Endpoint: " + yaml_string("https://user:" + secret + "@example.com/x"),
            "s3Endpoint: " + yaml_string("https://example.com/x?sig=" + encoded),
        };
        for (const std::string& line : lines) {
            const std::string shown = everything_shown({.yaml = kMinimal + line + "\n"});
            ASSERT_EQ(leaked(shown, secret), "") << line << "\n" << shown;
        }
    }
}

}  // namespace
}  // namespace migrator::config::test
