-- insert of two rows
insert into migrator.migrator_migrations (name, source_dir, filename, type, db_schema, created, contents, checksum, version_id)
select name, source_dir, filename, type, db_schema, cast(cast(? as datetime2(3)) as datetime), contents, checksum, 42
from (values
    (0, ?, ?, ?, 1, ?, cast(? as nvarchar(max)), ?),
    (1, ?, ?, ?, 4, ?, cast(? as nvarchar(max)), ?)
) as rows_to_add (position, name, source_dir, filename, type, db_schema, contents, checksum)
order by position
GO

-- whether a name fits
select case when cast(@p1 as varchar(400)) = cast(@p1 as nvarchar(400)) collate Latin1_General_BIN2 then 1 else 0 end
GO

