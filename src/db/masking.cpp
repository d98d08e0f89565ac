#include "db/masking.hpp"

#include <algorithm>
#include <array>

#include "core/ascii.hpp"

namespace migrator::db {
namespace {

constexpr auto kNone = std::string_view::npos;

enum class Exposure { Show, Mask, Hide };

// Blanks and '_' are left out of the names, and case is ignored: `user id`, `User_ID`.
constexpr std::array kSecret{
    "password",
    "pwd",
    "passwd",
    "sslpassword",
    "oauthclientsecret",
    "scramclientkey",
    "scramserverkey",
    "clientsecret",
    "accesstoken",
    "keyvaultclientsecret",
    "tlscertificatekeyfilepassword",
    "sslclientcertificatekeypassword",
    "authmechanismproperties",
    "proxypassword",
    "connectionattributes"};

constexpr std::array kHarmless{// where, who, what
                               "user",
                               "username",
                               "userid",
                               "uid",
                               "host",
                               "hostaddr",
                               "port",
                               "dbname",
                               "database",
                               "server",
                               "addr",
                               "address",
                               "networkaddress",
                               "datasource",
                               "initialcatalog",
                               "instance",
                               "driver",
                               "trustedconnection",
                               "failoverpartner",
                               "failoverport",
                               "serverspn",
                               "rdshost",
                               "workstationid",
                               "wsid",
                               "authsource",
                               "authmechanism",
                               "replicaset",
                               "appname",
                               "applicationname",
                               "fallbackapplicationname",
                               "service",
                               "servicefile",
                               "passfile",
                               "targetsessionattrs",
                               "loadbalancehosts",
                               "applicationintent",
                               "multisubnetfailover",
                               "directconnection",
                               "loadbalanced",
                               "readpreference",
                               "protocol",
                               "authenticator",
                               // TLS
                               "sslmode",
                               "sslcert",
                               "sslkey",
                               "sslrootcert",
                               "sslcrl",
                               "sslcrldir",
                               "sslsni",
                               "sslcompression",
                               "sslminprotocolversion",
                               "sslmaxprotocolversion",
                               "sslnegotiation",
                               "channelbinding",
                               "gssencmode",
                               "krbsrvname",
                               "requirepeer",
                               "requireauth",
                               "requiressl",
                               "tls",
                               "tlscafile",
                               "tlscertificatekeyfile",
                               "tlsinsecure",
                               "tlsallowinvalidcertificates",
                               "tlsallowinvalidhostnames",
                               "ssl",
                               "encrypt",
                               "trustservercertificate",
                               "certificate",
                               "hostnameincertificate",
                               "tlsmin",
                               "serverpubkey",
                               // time limits and sizes
                               "connecttimeout",
                               "connectiontimeout",
                               "timeout",
                               "dialtimeout",
                               "readtimeout",
                               "writetimeout",
                               "keepalive",
                               "keepalives",
                               "keepalivesidle",
                               "keepalivesinterval",
                               "keepalivescount",
                               "tcpusertimeout",
                               "connecttimeoutms",
                               "sockettimeoutms",
                               "serverselectiontimeoutms",
                               "maxpoolsize",
                               "minpoolsize",
                               "maxidletimems",
                               "waitqueuetimeoutms",
                               "heartbeatfrequencyms",
                               "localthresholdms",
                               "packetsize",
                               "maxallowedpacket",
                               "retrywrites",
                               "retryreads",
                               "journal",
                               "wtimeoutms",
                               "readconcernlevel",
                               "compressors",
                               "compress",
                               // behaviour of the Go drivers
                               "binaryparameters",
                               "disablepreparedbinaryresult",
                               "defaultqueryexecmode",
                               "statementcachecapacity",
                               "descriptioncachecapacity",
                               "parsetime",
                               "multistatements",
                               "charset",
                               "collation",
                               "loc",
                               "allownativepasswords",
                               "allowcleartextpasswords",
                               "allowoldpasswords",
                               "allowfallbacktoplaintext",
                               "allowallfiles",
                               "clientfoundrows",
                               "columnswithalias",
                               "interpolateparams",
                               "rejectreadonly",
                               "checkconnliveness",
                               "timetruncate",
                               "log",
                               // parameters of the session
                               "searchpath",
                               "timezone",
                               "datestyle",
                               "intervalstyle",
                               "clientencoding",
                               "options",
                               "statementtimeout",
                               "locktimeout",
                               "idleintransactionsessiontimeout",
                               "transactiontimeout",
                               "idlesessiontimeout",
                               "defaulttransactionisolation",
                               "defaulttransactionreadonly",
                               "defaulttablespace",
                               "temptablespaces",
                               "workmem",
                               "maintenanceworkmem",
                               "clientminmessages",
                               "standardconformingstrings",
                               "byteaoutput",
                               "lcmessages",
                               "lcmonetary",
                               "lcnumeric",
                               "lctime",
                               "role",
                               "rowsecurity",
                               "synchronouscommit",
                               "xmloption",
                               "replication",
                               "sqlmode",
                               "timezoneoffset",
                               "txisolation",
                               "transactionisolation",
                               "foreignkeychecks"};

bool is_one_of_ignoring_case(const auto& names, std::string_view name) {
    return std::ranges::find(names, name) != std::end(names);
}

std::string plain_name(std::string_view name) {
    std::string plain = lower_case(trimmed(name));
    std::erase_if(plain, [](char c) { return c == ' ' || c == '_' || c == '+'; });
    return plain;
}

/// `name`: in any case, with blanks.
Exposure exposure_of(std::string_view name) {
    // The set is of names without separators; one with others in it is none of them.
    const std::string plain = plain_name(name);
    if (is_one_of_ignoring_case(kSecret, plain)) return Exposure::Mask;
    return is_one_of_ignoring_case(kHarmless, plain) ? Exposure::Show : Exposure::Hide;
}

bool is_user(std::string_view name) {
    constexpr std::string_view kUsers[] = {"user", "username", "userid", "uid"};
    return is_one_of_ignoring_case(kUsers, plain_name(name));
}

/// Without quotes, and nothing in it looks like another parameter with a password.
bool is_harmless_value(std::string_view value) {
    if (value.find_first_of("'\"`{}<>|^\r\n") != std::string_view::npos) return false;
    const auto at = value.rfind('@');  // `user@server` is a user name of Azure
    if (at != std::string_view::npos && value.find(':') < at) return false;
    const std::string text = lower_case(value);
    constexpr std::array kSuspicious{
        "password", "pwd=", "pwd%3d", "secret=", "secret%3d", "token=", "token%3d", "://"};
    return std::ranges::none_of(kSuspicious, [&](const char* word) {
        return text.find(word) != std::string::npos;
    });
}

bool are_hosts(std::string_view hosts) {
    for (std::size_t from = 0; from <= hosts.size();) {
        const auto comma = std::min(hosts.find(',', from), hosts.size());
        if (!is_host_and_port(hosts.substr(from, comma - from))) return false;
        from = comma + 1;
    }
    return true;
}

}  // namespace

bool SeenNames::add(std::string_view name) { return names_.insert(plain_name(name)).second; }

std::string shown_parameter(std::string_view name, std::string_view value, std::string_view raw) {
    switch (exposure_of(name)) {
        case Exposure::Show:
            // In a user's name a '/' is rather one of `user/password`.
            if (is_harmless_value(value) && !(is_user(name) && value.find('/') != kNone)) {
                return std::string(raw);
            }
            [[fallthrough]];
        case Exposure::Mask:
            return std::string(trimmed(name)) + "=" + std::string(kMask);
        case Exposure::Hide:
            break;
    }
    return std::string(kMask);
}

bool holds_more_than_host(std::string_view text) { return text.find_first_of("@;") != kNone; }

std::string mask_user_info(std::string_view info) {
    const auto colon = info.find(':');
    const std::string_view user = info.substr(0, colon);
    std::string shown(user);
    const std::string allowed = std::string(kLettersAndDigits) + "._~%+$!*-";
    if (!user.empty() && !consists_of(user, allowed)) shown = kMask;
    if (colon != kNone) shown += ":" + std::string(kMask);
    return shown;
}

std::string mask_query(std::string_view query) {
    std::string result;
    SeenNames seen;
    for (std::size_t from = 0; from < query.size();) {
        const auto end = std::min(query.find('&', from), query.size());
        const std::string_view pair = query.substr(from, end - from);
        const auto equals = pair.find('=');
        if (equals == kNone || pair.find('#') != kNone || !seen.add(pair.substr(0, equals))) {
            return std::string(kMask);
        }
        result += shown_parameter(pair.substr(0, equals), pair.substr(equals + 1), pair);
        if (end < query.size()) result += '&';
        from = end + 1;
    }
    return result;
}

std::string mask_url(std::string_view text) {
    const auto scheme_end = text.find("://") + 3;
    const std::string_view rest = text.substr(scheme_end);
    // A password may hold '/', '?', '#' or '@' that should have been encoded: user info goes on to
    // the last '@'. With an '@' in the parameters nobody can say what belongs to what.
    const auto at = rest.rfind('@');
    const auto question = rest.find('?');
    if (at != kNone && question < at) return std::string(kMask);
    const std::string_view tail = at == kNone ? rest : rest.substr(at + 1);
    const std::string_view place = tail.substr(0, tail.find('?'));
    const std::string_view hosts = place.substr(0, place.find('/'));
    if (!are_hosts(hosts)) return std::string(kMask);
    // `user:9,secret` without a host looks like two hosts.
    const bool may_be_user_info = at == kNone && hosts == place && hosts.find(',') != kNone;
    if (may_be_user_info) return std::string(kMask);
    if (hosts.size() < place.size()) {
        const std::string_view path = place.substr(hosts.size() + 1);
        const std::string allowed = std::string(kLettersAndDigits) + "._~%+$-";
        if (!path.empty() && !consists_of(path, allowed)) return std::string(kMask);
    }
    std::string result(text.substr(0, scheme_end));
    if (at != kNone) {
        const std::string_view info = rest.substr(0, at);
        // Alone it may be a token.
        const bool is_alone = info.find(':') == kNone;
        result += (is_alone ? std::string(kMask) : mask_user_info(info)) + "@";
    }
    result += place;
    if (place.size() < tail.size()) result += "?" + mask_query(tail.substr(place.size() + 1));
    return result;
}

}  // namespace migrator::db
