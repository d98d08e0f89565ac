#pragma once

#include <map>
#include <string>

#include "cloud/aws/surroundings.hpp"

/// The shared files of AWS's tools, `~/.aws/config` and `~/.aws/credentials`: docs/cloud.md,
/// "Profiles".
namespace migrator::cloud::aws {

/// A section of such a file. Keys are in lower case.
struct Section {
    std::map<std::string, std::string> values;
    /// `s3 =` with indented pairs below it.
    std::map<std::string, std::map<std::string, std::string>> nested;

    /// Empty when there is no such key.
    std::string value(const std::string& key) const;
    std::string value(const std::string& key, const std::string& nested_key) const;
};

enum class FileKind : unsigned char { Config, Credentials };
/// By what stands between the brackets: "profile NAME", "services NAME". Anything is read; what
/// makes no sense is left out.
std::map<std::string, Section> parse_profile_file(const std::string& text, FileKind kind);

/// Both files as they are now.
class ProfileFiles {
public:
    /// What to do with a file that is there and can't be read.
    enum class Unreadable : unsigned char { Fails, CountsAsMissing };
    /// Throws Configuration.
    static ProfileFiles read(const Surroundings& surroundings, Unreadable unreadable);

    /// Null when there is none. Belongs to this object.
    const Section* profile(const std::string& name) const { return find("profile " + name); }
    const Section* services(const std::string& name) const { return find("services " + name); }
    /// For messages: "/home/app/.aws/config or /home/app/.aws/credentials".
    const std::string& places() const { return places_; }

private:
    const Section* find(const std::string& title) const;

    std::map<std::string, Section> sections_;
    std::string places_;
};

/// The profile to use, and how it was chosen.
struct ProfileChoice {
    enum class By : unsigned char { Configuration, Environment, Default };
    std::string name;
    By by;
};
/// `configured`: `s3Profile`; empty: as the environment says.
ProfileChoice choose_profile(const Surroundings& surroundings, const std::string& configured);

/// The section of the profile to use, for all that is no credential: an unreadable file counts as
/// missing, since what is asked for has a default.
Section profile_settings(const Surroundings& surroundings, const std::string& configured);

}  // namespace migrator::cloud::aws
