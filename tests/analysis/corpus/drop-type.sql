drop type {schema}.mood cascade;
