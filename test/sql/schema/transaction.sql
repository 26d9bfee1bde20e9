-- schema changes are undone
create table t(a,b)
insert into t values(1,2),(3,4)
begin
create table u(x)
insert into u values(1)
savepoint s1
drop table t
create table t(z)
insert into t values(9)
create index i on t(z)
savepoint s2
alter table t rename to q
create view v as select * from q
rollback to s2
select * from t
select name from sqlite_schema order by 1
rollback to s1
select * from t
release s1
create index i on t(a)
create trigger tr after insert on t begin insert into u values(new.a); end
insert into t values(7,8)
rollback
select * from t
select name from sqlite_schema
begin
drop table t
commit
select * from t
