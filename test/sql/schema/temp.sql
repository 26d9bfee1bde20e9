-- objects of temp hide those of main
create table t(a)
insert into t values('main')
create temp table t(a,b)
select * from t
insert into t values('temp',1)
insert into main.t values('main2')
select * from t
select * from main.t
select * from temp.t
select temp.t.a, t.b from temp.t
select main.t.a from main.t
update main.t set a = a || '!'
update t set b = 2
delete from main.t where a like 'main2%'
select name, type, sql from sqlite_schema order by 1
select name, type, sql from sqlite_temp_schema order by 1
select name from temp.sqlite_schema
select name from sqlite_temp_master
select name from main.sqlite_master
create index i on t(b)
create index main.j on t(a)
create index temp.j on t(a)
pragma table_info(t)
create view v as select * from t
create temp view v as select * from t
create temp view w as select * from main.t
select * from v
select * from main.v
select * from w
create trigger tr after insert on t begin insert into t values(new.a, 9); end
create temp trigger tm after insert on main.t begin insert into t values(new.a,5); end
insert into main.t values('x')
insert into t values('y', 1)
select * from t
select * from main.t
select type, name, tbl_name, sql from sqlite_temp_schema order by 1,2
drop index i
drop index j
drop table t
select * from t
drop view v
select * from v
drop table if exists temp.t
select name from sqlite_temp_schema
create temp table main.x(a)
create temp view main.x as select 1
create table temp.x(a unique, b)
create table temp.x(a)
create table x(q)
alter table x rename to y
alter table temp.y rename a to z
alter table y add column c default 4
alter table y drop column b
insert into y values(1,2)
select * from y
select type, name, tbl_name, sql from sqlite_temp_schema order by 1,2
drop table main.y
drop table y
drop table temp.y
create temp table k(a integer primary key autoincrement)
insert into k values(null)
begin
create temp table r(a)
rollback
select * from r
create table nope.x(a)
select * from nope.x
select * from temp.nope
drop view temp.zz
