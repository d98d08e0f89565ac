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

-- check
set noexec off;
set parseonly off;
set fmtonly off;
set xact_abort on;
set implicit_transactions off;
set lock_timeout 5000;
select @@trancount, xact_state()
GO

-- reset
set noexec off;
set parseonly off;
set fmtonly off;
declare @left int = 32;
while suser_sname() <> N'sa' and @left > 0 begin revert; set @left = @left - 1 end;
if db_name() <> N'sh]op' use [sh]]op];
set identity_insert [a].[b c] off;
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

-- commit
declare @open int = @@trancount, @state int = xact_state();
if @open = 1 and @state = 1 commit transaction;
select @open, @state
GO

-- rollback
set noexec off;
set parseonly off;
set fmtonly off;
if @@trancount > 0 rollback transaction
GO

