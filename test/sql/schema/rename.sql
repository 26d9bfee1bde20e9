-- a table is renamed in triggers, keys and views
create table t(a integer primary key autoincrement, b)
insert into t values(5,1)
create index i on t(b)
create trigger tr after insert on t begin insert into log values(new.a); end
create table log(x)
create table c(x references t(a), y references t)
create view v as select t.a, b from t
alter table t rename to "new t"
insert into "new t"(b) values (7)
select * from v
select * from log
select * from sqlite_sequence

-- a table is renamed in queries, not its aliases
create table t(a,b)
create table u(a,b)
create view v1 as select t.a, u.a x from t, u where t.b=u.b order by t.a
create view v2 as select x.a, (select max(t.b) from t where t.a=x.a) from t as x
create view v3 as with c as (select a from t) select * from c join t using(a)
create view v4 as select t.* from t
create view v5 as select t.* from u as t
create view v7 as select * from "t" union select * from [u] union select * from main.t order by 1
alter table t rename to z
alter table u rename to 'w'

-- a column is renamed in queries
create table t(a,b,c)
create view v1 as select a, b from t order by a
create view v2 as select t.a as q, "a" from t where [a] > 1 group by a having max(a) > 2
create view v3 as select x.a from (select a from t) x
alter table t rename a to z
drop view v3
alter table t rename a to z
alter table t rename column z to "b c"
alter table t rename "b c" to b
alter table t rename b to bb

-- a column is renamed in every kind of expression
create table t(a,b,c)
create view v3 as select a from t union select b from t order by a
create view v4 as select max(a) over (partition by b order by a rows between 1 preceding and current row) from t window w as (order by a)
create view v5 as select case a when 1 then b else c end, cast(a as text), a collate nocase, a between 1 and 2, a like 'x', a is null, a isnull, -a, not a from t
create view v6(a) as select a from t
create view v7 as select (select a from t t2 where t2.a = t.a) from t
alter table t rename a to z

-- views of views block
create table t(a,b,c)
create view v as select a from t
create view w as select a from v
alter table t rename a to z
drop view w
create trigger tr instead of insert on v begin insert into t(a) values (new.a); end
alter table t rename a to z
drop trigger tr
alter table t rename a to z
select * from v

-- a column is renamed in keys, CHECKs, generated columns and indexes
create table t(a primary key, b as (a+1), c as (a*b) stored, d check(a>0 and d is null) default 5, unique(a,b), check(t.a<9), foreign key(d) references t(a), foreign key (a) references u(x))
create table u(x references t, y references t(a), z, foreign key(y,z) references t(a,b))
create index i1 on t(a, b desc, a+b) where a > 5
create unique index i2 on t(b, lower(a) collate nocase)
alter table t rename a to "A A"
insert into t("A A") values(3)
alter table t rename to tt
insert into tt("A A") values(4)

-- names in the bodies of triggers
create table t(a,b)
create table l(x,y,a)
create trigger t1 after update of a, b on t when new.a > old.a begin insert into l(x,a) values(new.a, old.b); update t set a = new.a+1, b = a where a = old.a; delete from t where t.a = 5; select a, new.a from t; end
create trigger t2 before insert on l begin update t set (a,b) = (new.a, 3) where rowid = 3; update t set a = 1 from l where l.a = t.a; insert into t(a,b) select a, b from t where true on conflict do nothing; end
create trigger t3 after delete on t begin insert into l values (old.a, old.b, (select a from t)); end
alter table t rename a to aa
alter table l rename a to la
alter table t rename to tt
alter table l rename to ll

-- UPSERT in a trigger
create table t(a unique,b)
create trigger t1 after insert on t begin insert into t(a,b) values(1,2) on conflict(a) do update set a = excluded.a + t.a, b = excluded.b where a > 3; end
alter table t rename a to aa


-- objects that are wrong already
create table t(a,b)
create view v as select nope from t
alter table t rename a to c
alter table t rename to tt
drop view v
create view v as select a from nope
alter table t rename a to c
alter table t rename to tt
alter table t drop column a
alter table t add column q
drop view v
create trigger tr after insert on t begin insert into nope values(1); end
alter table t rename a to c
alter table t rename to tt
alter table t drop b
drop trigger tr
create trigger tr after insert on t begin insert into t(nope) values(1); end
alter table t rename a to c
drop trigger tr
create trigger tr after insert on t begin update t set nope=1; end
alter table t rename a to c

-- all of it is undone
create table t(a,b)
insert into t values(1,2)
begin
alter table t rename to u
alter table u add c default 3
savepoint s
alter table u drop a
alter table u rename b to x
rollback to s
select * from u
rollback
select * from t

-- USING and NATURAL
create table t1(a,b)
create table t2(a,c)
create view v as select a, b, c from t1 join t2 using(a)
alter table t1 rename a to x
create view v2 as select * from t1 natural join t2
alter table t2 rename c to d

-- aliases are no columns
create table t(a,b)
create view v as select a as b from t order by b
create view w as select b as a from t where a > 1 group by a order by a
alter table t rename a to x
alter table t rename b to y

-- names that need quotes
create table t(a, b, c)
create table x(a references t(a) on delete cascade on update set null deferrable initially deferred, constraint q foreign key (a) references "t" (b))
alter table t rename a to "select"
alter table t rename b to [weird "name]
alter table t rename c to 'str'
alter table t rename to "ta""ble"

-- a table, a column and a trigger of one name
create table a(a, b)
create view v as select a.a, a.* from a
create trigger a after insert on a when new.a begin select a.a from a; end
alter table a rename to b
alter table b rename a to c

-- statistics and temporary tables
create temp table tt(a)
create table t(a, b)
create index i on t(b)
analyze
alter table t rename to u
alter table u drop column b
drop index i
alter table u drop column b
select * from sqlite_stat1

-- an UPDATE that names no column
create table t(a,b)
create trigger tr after insert on t begin update t set nope=1; end
alter table t rename a to c

-- tables in views
create table t(a,b)
create table u(a,b)
create view v1 as select t.a, u.a x from t, u where t.b=u.b order by t.a
create view v2 as select x.a, (select max(t.b) from t where t.a=x.a) from t as x
create view v3 as with c as (select a from t) select * from c join t using(a)
create view v4 as select t.* from t
create view v5 as select t.* from u as t
create view v7 as select * from "t" union select * from [u] union select * from main.t order by 1
alter table t rename to z
alter table u rename to 'w'
