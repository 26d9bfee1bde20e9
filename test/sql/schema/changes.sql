-- what counts as a change
create table t(a primary key)
insert into t values(1),(2),(3)
select changes(), total_changes(), last_insert_rowid()
create table u as select * from t
select changes(), total_changes(), last_insert_rowid()
create index i on t(a)
analyze
drop index i
select changes(), total_changes(), last_insert_rowid()
pragma foreign_keys=1
create table c(x references t on delete cascade)
insert into c values(1),(2)
select changes(), total_changes(), last_insert_rowid()
drop table t
select changes(), total_changes(), last_insert_rowid()
select * from c
alter table u add b default 4
alter table u drop a
alter table u rename to w
select changes(), total_changes(), last_insert_rowid()
