-- UPSERT reads the row that is there
create table t(a unique,b)
insert into t(a,b) values(1,2) on conflict(a) do update set a = excluded.a + t.a, b = excluded.b where a > 3
insert into t(a,b) values(1,2) on conflict(a) do update set a = excluded.a + t.a, b = b+1 where a > 3

-- names that are taken, missing or reserved
create table t(a, unique(c))
create table t(a, primary key(c))
create table t(a, b, unique(a, b, c))
create table t(a, check(c>1))
create table t(a, b as (c))
create table t(a)
create index i on t(b)
create index i on t(a, b+1)
create index i on t(a) where b
create index i on nope(a) where b
create index main.i on t("a")
create index t on t(a)
create table i(a)
create index if not exists i on t(a)
create unique index i on t(a)
drop index t
drop table i
drop view t
drop trigger t
drop view if exists nope
drop table nope
drop table main.nope
drop index temp.nope
create view t as select 1
create view if not exists t as select 1
create table t(a)
create table if not exists t(a)
create view v as select * from nope
select * from v
drop table v
create trigger t1 before insert on v begin select 1; end
create trigger t1 instead of insert on t begin select 1; end
create trigger t1 after insert on nope begin select 1; end
create trigger t1 after insert on sqlite_schema begin select 1; end
create trigger t1 after insert on t begin select 1; end
create trigger t1 after insert on t begin select 1; end
create trigger if not exists t1 after insert on t begin select 1; end
create trigger sqlite_a after insert on t begin select 1; end
create index sqlite_a on t(a)
create view sqlite_a as select 1
create table sqlite_a(a)
create index j on v(a)
create index j on sqlite_schema(name)
drop table sqlite_schema
drop trigger nope
drop trigger if exists nope
drop index nope
drop index sqlite_autoindex_t_1
create table u(a unique)
drop index sqlite_autoindex_u_1
reindex nope
reindex u
reindex nocase
reindex
analyze nope
vacuum
begin
vacuum

-- CREATE TABLE AS
create table t as select 1 as a, 'x' b, 2.5, null n, x'00' blob
create table t2 as select a, a as a, a+1, "b" as "select", b as "x y" from t
create table t3(a int, b text, c real, d numeric, e blob, f, g varchar(10), h date)
create table t4 as select * from t3
create table t5 as select a aaaaaaaaaa, b bbbbbbbbbb, c cccccccccc, d dddddddd from t3 where 0
create table "t 6" as values (1,2),(3,4)
create table if not exists t as select 1
create temp table t7 as select 1
create table t8 as with c as (select 1 x) select * from c union all select 2 order by 1 desc limit 1
select * from "t 6"
create table t9(a) as select 1

-- types, keys and generated columns
create table s(a int, b integer, c real, d text, e blob, f any) strict
insert into s values(1,2,3,'4',x'05',6)
insert into s values('1','2','3',4,x'05','6')
insert into s values('x',2,3,'4',x'05',6)
insert into s values(1,2,3,'4','5',6)
insert into s values(1,2.5,3,'4',x'05',6)
create table s2(a) strict
create table s3(a foo) strict
create table s4(a integer primary key, b text not null) strict, without rowid
create table s5(a) foo
create table s6(a) without foo
create table s7(a) without rowid
create table s8(a int primary key) without rowid
insert into s8 values(null)
create table s9(a integer primary key autoincrement) without rowid
create table s10(a int primary key autoincrement)
create table s11(a integer primary key desc)
insert into s11 values(null)
create table s12(a integer, b, primary key(a desc))
create table s13(a integer primary key, b primary key)
create table s14(a, b, primary key(a), primary key(b))
create table s15(a,a)
create table s16(a, A)
create table s0(a, b default (b))
create table s17(a default (1+2), b default (abs(-3)), c default -5, d default +5.5, e default ('x' || 'y'), f default null, g default current_timestamp, h default true, i default "dq", j default x'01')
insert into s17(a) values(0)
select a,b,c,d,e,f,h,j from s17
pragma table_info(s17)
create table s18(a default (select 1))
create table s19(a check((select 1)))
create table s20(a check(?))
create table s21(a default (?))
create table s22(a collate nope)
create table s23(a, check(sum(a)))
create table s24(a, check(nope(a)))
create table s25(a, check(random()>0), b as (random()))
create table s26(a check(a > 0 and t.a))
create table s27(a as (1))
create table s28(a, b as (c), c as (b))
create table s29(a, b as (b))
create table s30(a, b as (a) default 5)
create table s31(a, b as (a) primary key)
create table s32(a, b as (select 1))
create table s33(a, b as (a) foo)
create table s34(a, b as (rowid))
create table s35(a, b int generated always as (a*2) stored not null check(b<10) unique, c text as (b||'x') virtual collate nocase)
insert into s35 values(1),(2)
insert into s35 values(5)
insert into s35 values(2)
insert into s35(b) values(2)
update s35 set c = 1
select * from s35
pragma table_info(s35)
pragma table_xinfo(s35)
pragma index_list(s35)

-- indexes
create table t(a, b)
create index i on t(nope)
create index i on t(a+?)
create index i on t((select 1))
create index i on t(random())
create index i on t(a) where random() > 1
create index i on t(sum(a))
create index i on t(a collate nope)
create index i on t(a) where b in (select 1)
create index i on t(rowid)
create index i on t(a, a)
create index i2 on t(a nulls first)
create index i3 on t(a desc nulls last)
create unique index main.i4 on t(lower(a)) where a is not null
insert into t values('X',1),(null,2),(null,3)
insert into t values('x',1)
create table u(a, primary key(a nulls last))
create table u(a, unique(a+1))
create table u(a, unique(a collate nocase))
insert into u values('x')
insert into u values('X')
create table u2(a unique unique primary key, b, unique(a), unique(b,b), unique (b, a), unique(a,b))
pragma index_list(u2)
create table u3(rowid, oid, _rowid_)
insert into u3 values(1,2,3)
select rowid from u3
create table u4(a int primary key, b integer primary key)
create table u5(a integer primary key on conflict replace, b unique on conflict ignore, c not null on conflict fail)
insert into u5 values(1,2,3)
insert into u5 values(1,5,6),(2,5,7),(3,6,null)
