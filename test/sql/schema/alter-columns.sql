-- columns are cut out of the text with what stands between them
create table t(a int,  b text  default 5 , c /*x*/, primary key(a)  ,  check (b>0) )
insert into t values(1,2,3),(4,5,6)
alter table t add column   d int  /*cc*/ default 7  ;
alter table t drop column b
alter table t drop column c
alter table t drop column a
select * from t

-- columns are added before the closing parenthesis
create table t(a, b )
alter table t add c int
create index i on t(c,a)
alter table t add d text not null default 'x'
insert into t values(1,2,3,4)
alter table t drop b
select * from t

-- the first and the last column go
create table t(a,b,c)
insert into t values(1,2,3)
alter table t drop column a
alter table t drop column c
alter table t drop column b

-- columns that a CHECK names
create table t(a,b,c check(c>0))
alter table t drop column c
alter table t drop b
alter table t drop a

-- space around a column
create table t(a,b, c , d)
alter table t drop column c

-- keys and indexes hold a column
create table t(a,b unique,c, check(c>b), unique(c))
alter table t drop column b
alter table t drop c
create index i on t(a)
alter table t drop a

-- foreign keys hold a column
create table t(a,b unique,c, foreign key(c) references t(b))
alter table t drop c
alter table t drop x
alter table t drop "x y"

-- NOT NULL and named constraints go
create table t(a,b  not   null  , c constraint n not null constraint m check(c>0) unique)
alter table t alter b drop not null
alter table t alter c drop not null
alter table t drop constraint m
insert into t values(1,null,-1)

-- NOT NULL comes
create table t(a,b ,c default 4, d)
alter table t alter b set not null
alter table t alter c set not null
alter table t alter d set  not  null
alter table t alter a set not null on conflict replace
insert into t values(1,null,3,4)
insert or ignore into t values(1,null,3,4)

-- CHECK comes and goes
create table t(a,b , check(a>0) , constraint z check(b>0)  )
alter table t add constraint y check(a<5)
insert into t values(9,1)
alter table t drop constraint z
alter table t add  check  ( b < 6 ) on conflict abort
insert into t values(1,9)

-- what may not be dropped or added
create table t(a,b , constraint z check(b>0)  , constraint pk primary key(a))
alter table t drop constraint z
alter table t drop constraint pk
alter table t add check (a in (select 1))
alter table t add check(zz>1)

-- constraints are found by name
create table t(a constraint p primary key,b constraint u unique, c constraint f references t(a) , d constraint n not null constraint zz check(d>0), e constraint def default 4)
alter table t drop constraint p
alter table t drop constraint u
alter table t drop constraint f
alter table t drop constraint n
alter table t drop constraint zz
alter table t drop constraint def

-- what refuses to be altered
create table t(a)
insert into t values(null)
alter table t alter a set not null
alter table t add check(a>1)
create view v as select 1
alter table v add check(1)
alter table v alter a set not null
alter table v drop constraint x
alter table v add column c
alter table v rename column a to b
alter table v rename to w
alter table v drop column a
alter table sqlite_schema add column x
alter table sqlite_schema rename to x
alter table nope add column c
alter table nope rename a to b
alter table sqlite_schema rename type to b
alter table temp.nope add c
alter table main.nope add c
alter table t rename to sqlite_x
alter table t rename to v
alter table t rename zz to b
alter table t rename "z z" to b
alter table t rename a to a
alter table t rename a to A
alter table t rename to T
alter table t rename to "order"
alter table main."order" rename to x

-- columns with defaults, keys and expressions are added
create table t(a,b)
alter table t add column b
alter table t add c primary key
alter table t add c unique
insert into t values(1,2)
alter table t add c not null
alter table t add c not null default 3
alter table t add d default (random())
alter table t add d default current_timestamp
alter table t add d as (a) stored
alter table t add d as (a+1)
alter table t add e check (e>4) default 3
alter table t add e check (e>4) default 5
alter table t add f references t(a) default 5
pragma foreign_keys=1
alter table t add g references t(a) default 5
alter table t add h as (null) not null
alter table t add i int default (1+1)
alter table t add j as (nope)

-- columns that views, triggers and indexes need
create table t(a,b,c)
create view v as select b from t
alter table t drop b
drop view v
create trigger tr after insert on t begin select new.b; end
alter table t drop b
drop trigger tr
create index i on t(a) where b > 1
alter table t drop b
drop index i
create index i on t(a+b)
alter table t drop b
drop index i
alter table t drop b

-- WITHOUT ROWID and STRICT
create table t(a,b,c, primary key(b,a)) without rowid
insert into t values(1,2,3),(4,5,6)
alter table t add d default 9
alter table t drop c
alter table t rename to u
alter table u rename a to x
insert into u values(7,8,9)
create table s(a int, b text) strict
insert into s values(1,'x')
alter table s add c int default 'x'
alter table s add c int default 4
alter table s add d foo
alter table s add e

-- stored rows keep up with their columns
create table t(a, b)
insert into t values(1,2),(3,4)
create view v as select a, b from t
create trigger tr instead of update on v begin update t set b = new.b where a = old.a; end
update v set b = 9 where a = 1
alter table t rename column b to "c d"
update v set b = 9
drop trigger tr
drop view v
create table p(id integer primary key, x as (a+1), a)
insert into p(a) values (4)
alter table p rename a to q
insert into p(q) values (5)
select * from p
alter table p drop column x
alter table p add column y as (q*2) virtual
alter table p add column z int not null default -7
select * from p
create index pi on p(z, y)
alter table p drop column z
alter table p rename y to yy
select name, sql from sqlite_schema where type = 'index'
create table big(a integer primary key, b text default 'q' collate nocase, c real)
alter table big add d text collate nocase default 'Hello'
insert into big(a) values(1)
alter table big add e real default 5
alter table big add f integer default '12'
alter table big add g text default 12
alter table big add h blob default x'00ff'
alter table big add i default true
alter table big add j numeric default '1e2'
alter table big add k default -9223372036854775808
select *, typeof(e), typeof(f), typeof(g), typeof(h), typeof(i), typeof(j), typeof(k), d = 'HELLO' from big
insert into big(a) values(2)
select * from big
update big set e = e + 1
delete from big where a = 1
select * from big
begin
alter table big drop column d
alter table big add column l default 3
insert into big(a) values(3)
savepoint x
alter table big rename to bigger
drop table bigger
rollback to x
select * from big
commit
select * from big
create table wr(k primary key, v) without rowid
insert into wr values('a',1)
alter table wr add w default 'z'
select * from wr where k = 'a'
update wr set k = 'b'
select * from wr
