-- DROP TABLE deletes rows where foreign keys count
pragma foreign_keys=1
create table p(a primary key, b)
create table c(x references p on delete cascade, y)
create table r(x references p on delete restrict)
create table d(x references p deferrable initially deferred)
create table n(x references p on delete set null)
create trigger tp after delete on p begin insert into c values(null,'trig'); end
create trigger tc after delete on c begin insert into n values(null); end
insert into p values(1,1),(2,2),(3,3),(4,4)
insert into c values(1,1)
insert into n values(4)
drop table n
create table n(x references p on delete set null)
insert into n values(4)
insert into r values(2)
drop table p
delete from r
insert into d values(3)
drop table p
begin
drop table p
select * from c
select * from n
commit
rollback
select * from c
select * from n
insert into c values(5,5)
create table p(a primary key)
insert into c values(5,5)

-- a foreign key to the own table
pragma foreign_keys=1
create table p(a primary key, b unique)
create table c(x references p(b) on update cascade, y references c(x), z)
insert into p values(1,1)
insert into c values(1,null,1)
select * from c
drop table p
drop table c
drop table p
