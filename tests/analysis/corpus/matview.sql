refresh materialized view {schema}.sums;
