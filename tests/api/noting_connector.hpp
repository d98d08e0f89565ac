#pragma once

#include <memory>
#include <vector>

#include "support/fake_connector.hpp"

namespace migrator::api::test {

/// A database whose runs have something to say.
class NotingConnector : public migrator::test::FakeConnector {
public:
    std::unique_ptr<db::Run> try_begin_run(const RunOwner& owner) override {
        auto run = FakeConnector::try_begin_run(owner);
        return run ? std::make_unique<NotingRun>(std::move(run)) : nullptr;
    }

private:
    class NotingRun : public db::Run {
    public:
        explicit NotingRun(std::unique_ptr<db::Run> run) : run_(std::move(run)) {}
        db::ApplyResult apply(const Plan& plan, const db::ApplyRequest& request) override {
            db::ApplyResult result = run_->apply(plan, request);
            result.notes = {"not tried: \"a.sql\"", "atomicity is tenant here"};
            result.notices = {
                {.file = "a.sql",
                 .schema = "north",
                 .line = 3,
                 .level = "NOTICE",
                 .sqlstate = "00000",
                 .message = "hello"}};
            return result;
        }
        void accept(const Migration& file, const std::vector<std::string>& names) override {
            run_->accept(file, names);
        }
        void forget(
            const SchemaName& tenant,
            const std::vector<const Migration*>& files,
            const std::vector<std::string>& other_names
        ) override {
            run_->forget(tenant, files, other_names);
        }
        db::TenantTraces remove_tenant(
            const SchemaName& tenant, const std::vector<Migration>& sources, bool drop_schema
        ) override {
            return run_->remove_tenant(tenant, sources, drop_schema);
        }
        void settle(const std::vector<std::string>& tenants) override { run_->settle(tenants); }
        void add_places(const std::vector<SamePlace>& places) override { run_->add_places(places); }
        void store_fingerprints(const std::vector<db::StoredFingerprint>& prints) override {
            run_->store_fingerprints(prints);
        }
        void rename(const std::vector<db::Rename>& renames) override { run_->rename(renames); }

    private:
        std::unique_ptr<db::Run> run_;
    };
};

}  // namespace migrator::api::test
