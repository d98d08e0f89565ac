alter table {schema}.logs add partition (partition p3 values less than (3000));
