alter table {schema}.`my ``odd``, table.` modify `a b` bigint;
