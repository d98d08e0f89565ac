#include "config/redaction_parameters.hpp"

#include <algorithm>
#include <array>

namespace migrator::config::redaction {
namespace {

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

bool is_one_of(const auto& names, std::string_view name) {
    return std::ranges::find(names, name) != std::end(names);
}

std::string plain_name(std::string_view name) {
    std::string plain = lower_case(without_blanks(name));
    std::erase_if(plain, [](char c) { return c == ' ' || c == '_' || c == '+'; });
    return plain;
}

}  // namespace

Exposure exposure_of(std::string_view name) {
    // The set is of names without separators; one with others in it is none of them.
    const std::string plain = plain_name(name);
    if (is_one_of(kSecret, plain)) return Exposure::Mask;
    return is_one_of(kHarmless, plain) ? Exposure::Show : Exposure::Hide;
}

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

bool SeenNames::add(std::string_view name) { return names_.insert(plain_name(name)).second; }

std::string lower_case(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return result;
}

std::string_view without_blanks(std::string_view text) {
    constexpr std::string_view kBlanks = " \t\r\n\v\f";
    const auto first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

bool consists_of(std::string_view text, std::string_view allowed) {
    return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

}  // namespace migrator::config::redaction
