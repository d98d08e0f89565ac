update {schema}.orders o join {schema}.customers c on c.id = o.customer set o.note = c.name;
