// The schema that a client makes of an introspection's answer, as SDL with everything sorted.
"use strict";

const graphql = require("graphql");

module.exports = function clientSchema(request) {
  const schema = graphql.buildClientSchema(request.introspection);
  return { data: graphql.printSchema(graphql.lexicographicSortSchema(schema)) };
};
