alter table {schema}.logs drop partition p0;
