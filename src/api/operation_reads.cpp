#include "api/operation_reads.hpp"

namespace migrator::api {

using graphql::FieldContext;

template <typename T, typename Read>
const T& OperationReads::once(Once<T>& known, FieldContext& context, std::size_t cost, Read read) {
    if (known.failure) std::rethrow_exception(known.failure);
    if (!known.value) {
        context.charge(cost);
        try {
            known.value = read();
        } catch (...) {
            known.failure = std::current_exception();
            throw;
        }
    }
    return *known.value;
}

const coordinator::Source& OperationReads::source(FieldContext& context) {
    return once(source_, context, kCostOfSource, [&] {
        return coordinator_->inspection().source();
    });
}

const std::vector<Migration>& OperationReads::files(FieldContext& context) {
    return source(context).files;
}

const std::vector<std::string>& OperationReads::tenants(FieldContext& context) {
    return once(tenants_, context, kCostOfSource, [&] { return coordinator_->tenants(); });
}

const std::vector<Version>& OperationReads::versions(
    FieldContext& context, const db::VersionsWanted& wanted
) {
    const std::size_t cost = wanted.id ? kCostOfStatement : kCostOfSource;
    return once(versions_[{wanted.id, wanted.file}], context, cost, [&] {
        return coordinator_->versions(wanted);
    });
}

const plan::FleetStandings& OperationReads::fleet(
    FieldContext& context, const plan::FleetPage& page
) {
    const coordinator::Inspection& inspection = coordinator_->inspection();
    const coordinator::Source& read = source(context);
    const Applied& applied =
        once(applied_, context, kCostOfSource, [&] { return inspection.applied(read); });
    // Nothing is read for another page, but all tenants are gone through.
    return once(pages_[page], context, kCostOfSource, [&] {
        return inspection.fleet(read, applied, page);
    });
}

}  // namespace migrator::api
