-- views and triggers
create table t(a,b)
create view v(x,y) as select a, b+1 from t
create view w(x) as select a, b from t
select * from w
create view if not exists v as select 1
create trigger ti instead of insert on v begin insert into t values(new.x, new.y); end
create trigger tu instead of update of x on v begin update t set a = new.x where a = old.x; end
create trigger td instead of delete on v when old.x > 1 begin delete from t where a = old.x; end
insert into v values(1,2),(3,4)
update v set x = 10 where y = 3
update v set y = 11
delete from v
select * from t
create table log(m)
create trigger b1 before insert on t when new.a > 5 begin insert into log values('b1 '||new.a); end
create trigger a1 after insert on t begin insert into log values('a1 '||new.a); end
create trigger a2 after insert on t begin insert into log values('a2 '||new.a); end
create trigger u1 after update of b on t begin insert into log values('u1 '||old.b||new.b); end
insert into t values(1,1),(6,6)
update t set a = a+1
update t set b = b+1
select * from log
create trigger rec after insert on log when length(new.m) < 20 begin insert into log values(new.m || '.'); end
insert into log values('x')
select * from log
pragma recursive_triggers=1
insert into log values('y')
select * from log
create trigger bad after insert on t begin select a; end
insert into t values(1,1)
drop trigger bad
create trigger bad after insert on t begin insert into nope values(1); end
insert into t values(1,1)
drop trigger bad
create trigger bad after insert on t when b begin select 1; end
insert into t values(1,1)
create trigger bad2 after insert on t begin insert into main.t values(1); end
create trigger bad3 after insert on t begin update t indexed by x set a=1; end
create trigger bad4 after insert on t begin select ?; end
create trigger bad5 after update of nope on t begin select 1; end
update t set a = 1
drop view v
select name from sqlite_schema order by 1
