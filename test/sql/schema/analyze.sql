-- ANALYZE
create table t(a,b,c)
insert into t values(1,2,3),(1,3,3),(2,3,4),(null,null,null)
create index i on t(a,b)
create index j on t(c) where c > 3
create unique index k on t(b,a)
create index l on t(a+b)
create index m on t(a collate nocase desc)
create table e(x)
create table o(x)
insert into o values(1)
create table wr(a primary key, b) without rowid
insert into wr values (1,2),(3,4)
analyze
select tbl, idx, stat from sqlite_stat1 order by 1,2,3
drop index k
analyze i
analyze t
select tbl, idx, stat from sqlite_stat1 order by 1,2,3
drop table o
select tbl, idx, stat from sqlite_stat1 order by 1,2,3
analyze main
analyze main.t
analyze sqlite_schema
create unique index z on t(a)
create unique index z on t(a,c)
create unique index z on t(a+0)
create unique index z on t(c) where c > 3
drop table sqlite_stat1
