// Answers what graphql-js 16, the reference implementation, makes of a request: a line of JSON in,
// a line of JSON out. tests/graphql/oracle.hpp says what may be asked.
"use strict";

const graphql = require("graphql");

const schemas = new Map();

function schemaOf(sdl) {
  if (!schemas.has(sdl)) schemas.set(sdl, graphql.buildSchema(sdl));
  return schemas.get(sdl);
}

function shown(error) {
  const result = { message: error.message, locations: error.locations ?? [] };
  if (error.path !== undefined) result.path = error.path;
  return result;
}

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
}

// {"__error": "text"} in a fixture is a resolver that fails.
function failing(value) {
  if (Array.isArray(value)) return value.map(failing);
  const fails = value !== null && typeof value === "object" && "__error" in value;
  return fails ? new Error(value.__error) : value;
}

function resolve(parent, args, _context, info) {
  if (parent && Object.hasOwn(parent, info.fieldName)) return failing(parent[info.fieldName]);
  if (info.parentType.getFields()[info.fieldName].args.length === 0) return undefined;
  return JSON.stringify(sorted(args));
}

// A node without what is absent: {"kind", "at": [line, column], and what the kind has}.
function dumped(node) {
  if (Array.isArray(node)) return node.map(dumped);
  if (node === null || typeof node !== "object") return node;
  const { startToken } = node.loc;
  const result = { kind: node.kind, at: [startToken.line, startToken.column] };
  for (const [key, value] of Object.entries(node)) {
    const absent = value === undefined || (Array.isArray(value) && value.length === 0);
    if (key !== "kind" && key !== "loc" && !absent) result[key] = dumped(value);
  }
  return result;
}

const operations = {
  parse: (request) => ({ data: dumped(graphql.parse(request.document)) }),

  validateSchema: (request) => ({ errors: graphql.validateSchema(schemaOf(request.schema)) }),

  validate(request) {
    const document = graphql.parse(request.document);
    const options = { maxErrors: request.maxErrors ?? 100 };
    return { errors: graphql.validate(schemaOf(request.schema), document, undefined, options) };
  },

  execute(request) {
    const schema = schemaOf(request.schema);
    const document = graphql.parse(request.document);
    const errors = request.validate === false ? [] : graphql.validate(schema, document);
    if (errors.length > 0) return { errors };
    return graphql.executeSync({
      schema,
      document,
      rootValue: request.root ?? {},
      variableValues: request.variables,
      operationName: request.operationName,
      fieldResolver: resolve,
    });
  },

  introspect(request) {
    const document = graphql.getIntrospectionQuery({
      descriptions: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
      ...request.options,
    });
    const source = graphql.parse(document);
    const answer = graphql.executeSync({ schema: schemaOf(request.schema), document: source });
    return { ...answer, document };
  },

  print(request) {
    if (request.value !== undefined) return { data: graphql.print(graphql.parseValue(request.value)) };
    if (request.type !== undefined) return { data: graphql.print(graphql.parseType(request.type)) };
    if (request.document !== undefined) {
      return { data: graphql.print(graphql.parse(request.document)) };
    }
    return { data: graphql.printSchema(schemaOf(request.schema)) };
  },

  clientSchema: require("./client_schema.js"),
};

function answer(line) {
  try {
    const request = JSON.parse(line);
    const result = operations[request.op](request);
    return { ...result, errors: (result.errors ?? []).map(shown) };
  } catch (error) {
    if (error instanceof graphql.GraphQLError) return { errors: [shown(error)] };
    return { errors: [{ message: error.message, locations: [] }], failed: String(error.stack) };
  }
}

require("readline")
  .createInterface({ input: process.stdin, crlfDelay: Infinity })
  .on("line", (line) => process.stdout.write(JSON.stringify(answer(line)) + "\n"));
