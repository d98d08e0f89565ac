#pragma once

#include "http/message.hpp"

struct x509_st;

namespace migrator::http {

/// Subject and names of a certificate, which somebody else has verified.
ClientCertificate read_client_certificate(const x509_st* certificate);

}  // namespace migrator::http
