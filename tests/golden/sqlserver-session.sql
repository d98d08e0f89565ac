-- facts
select db_name(), @@language, suser_sname(), @@spid
GO

-- begin
set xact_abort on;
set implicit_transactions off;
set lock_timeout 5000;
begin transaction
GO

-- begin without limits
set xact_abort on;
set implicit_transactions off;
set lock_timeout -1;
begin transaction
GO

-- state
select @@trancount, xact_state(),
    case when db_name() <> N'sh]op' then 1 when @@trancount = 0 then 0 when applock_mode(N'public', N'migrator-work', N'Transaction') = N'NoLock' then 0 else 1 end,
    case when object_id(N'tempdb..#migrator_mark') is null then 0 else 1 end
GO

-- check
set noexec off;
set parseonly off;
set fmtonly off;
set xact_abort on;
set implicit_transactions off;
set lock_timeout 5000;
select @@trancount, xact_state(),
    case when db_name() <> N'sh]op' then 1 when @@trancount = 0 then 0 when applock_mode(N'public', N'migrator-work', N'Transaction') = N'NoLock' then 0 else 1 end,
    case when object_id(N'tempdb..#migrator_mark') is null then 0 else 1 end
GO

-- reset
set noexec off;
set parseonly off;
set fmtonly off;
if db_name() <> N'sh]op' use [sh]]op];
set language N'Fran''çais';
set ansi_nulls on;
set ansi_null_dflt_on on;
set ansi_padding on;
set ansi_warnings on;
set arithabort on;
set concat_null_yields_null on;
set numeric_roundabort off;
set quoted_identifier on;
set cursor_close_on_commit off;
set nocount off;
set rowcount 0;
set textsize 2147483647;
set deadlock_priority normal;
set context_info 0x0;
set transaction isolation level read committed;
set xact_abort on;
set implicit_transactions off;
set lock_timeout 5000;
GO

-- reset with the user
set noexec off;
set parseonly off;
set fmtonly off;
declare @left int = 32;
while suser_sname() <> N'sa' and @left > 0 begin revert; set @left = @left - 1 end;
if db_name() <> N'sh]op' use [sh]]op];
set language N'Fran''çais';
set ansi_nulls on;
set ansi_null_dflt_on on;
set ansi_padding on;
set ansi_warnings on;
set arithabort on;
set concat_null_yields_null on;
set numeric_roundabort off;
set quoted_identifier on;
set cursor_close_on_commit off;
set nocount off;
set rowcount 0;
set textsize 2147483647;
set deadlock_priority normal;
set context_info 0x0;
set transaction isolation level read committed;
set xact_abort on;
set implicit_transactions off;
set lock_timeout 5000;
GO

-- identity_insert
if exists (select 1 from sys.identity_columns where object_id = object_id(N'[a].[b c]')) set identity_insert [a].[b c] off
GO

-- identity_insert of a temporary table
if object_id(N'tempdb..#t') is not null set identity_insert #t off
GO

-- commit
declare @open int = @@trancount, @state int = xact_state();
declare @fence int = case when db_name() <> N'sh]op' then 1 when @@trancount = 0 then 0 when applock_mode(N'public', N'migrator-work', N'Transaction') = N'NoLock' then 0 else 1 end;
declare @mark int = case when object_id(N'tempdb..#migrator_mark') is null then 0 else 1 end;
if @open = 1 and @state = 1
begin
    if object_id(N'tempdb..#migrator_mark') is not null drop table #migrator_mark;
    commit transaction;
end;
select @open, @state, @fence, @mark
GO

-- commit with the fence
declare @open int = @@trancount, @state int = xact_state();
declare @fence int = case when db_name() <> N'sh]op' then 1 when @@trancount = 0 then 0 when applock_mode(N'public', N'migrator-work', N'Transaction') = N'NoLock' then 0 else 1 end;
declare @mark int = case when object_id(N'tempdb..#migrator_mark') is null then 0 else 1 end;
if @open = 1 and @state = 1 and @fence = 1
begin
    if object_id(N'tempdb..#migrator_mark') is not null drop table #migrator_mark;
    commit transaction;
end;
select @open, @state, @fence, @mark
GO

-- rollback
set noexec off;
set parseonly off;
set fmtonly off;
if @@trancount > 0 rollback transaction;
if object_id(N'tempdb..#migrator_mark') is not null drop table #migrator_mark;
GO

