merge into {schema}.big b using {schema}.small s on s.id = b.id when matched then update set note = s.word;
