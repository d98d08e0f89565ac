alter table {schema}.logs truncate partition p0;
