#pragma once

#include <memory>
#include <string>

#include "core/migration.hpp"
#include "notifier/options.hpp"

namespace migrator::notifier {

/// Tells somebody outside what a run did. Safe from every thread.
class Notifier {
public:
    virtual ~Notifier() = default;

    /// Returns the receiver's answer, for the log, whatever its status; "noop" when nobody is
    /// notified. Within 10 s. Throws Unavailable when it did not get there.
    virtual std::string notify(const Summary& summary) = 0;
};

/// A webhook when `options` has a URL, else one that does nothing.
std::unique_ptr<Notifier> make_notifier(const Options& options);

/// The body of a webhook: docs/compatibility.md, "Webhook", and the counts of
/// `Summary::fleet` behind the others when there are any. A placeholder for one of them is 0 else.
std::string webhook_body(const Summary& summary, const std::string& body_template);

}  // namespace migrator::notifier
