-- foreign keys and pragmas of them
create table p(a integer primary key, b unique, c, d, unique(c,d))
create table c(a references p on delete cascade, b references p(b) on update set null on delete set default deferrable initially deferred, c default 7, d, foreign key(c,d) references p(c,d) match full on delete restrict not deferrable, foreign key(c) references nope(x))
create table bad(a references p(a,b))
create table bad(a, b, foreign key(a,b) references p(a))
create table bad(a, foreign key(zz) references p(a))
pragma foreign_key_list(c)
pragma index_list(p)
pragma index_info(sqlite_autoindex_p_1)
pragma index_xinfo(sqlite_autoindex_p_2)
pragma table_info(p)
pragma table_xinfo(p)
pragma foreign_key_check
insert into c values(99,98,null,null)
insert into p values(1,2,3,4)
insert into c values(1,2,3,4)
pragma foreign_key_check
pragma foreign_key_check(c)
drop table c
create table c(a references p on delete cascade, b references p(b), c default 7, d, foreign key(c,d) references p(c,d))
insert into c values(99,98,5,6),(1,2,3,4),(null,2,3,null)
pragma foreign_key_check
pragma foreign_key_check(c)
select * from pragma_foreign_key_check('c')
create table e(x references bad2(y))
pragma foreign_key_check(e)
insert into e values(1)
pragma foreign_key_check(e)
create table w(a primary key references p(b)) without rowid
insert into w values(77)
pragma foreign_key_check(w)
pragma foreign_key_check(nope)
pragma integrity_check
pragma quick_check
pragma integrity_check(p)
pragma integrity_check(1)
pragma integrity_check(nope)

-- numbers of the database, pragmas of nothing
pragma user_version
pragma user_version=5
pragma user_version
pragma application_id=7
pragma application_id
pragma main.user_version
pragma user_version(9)
pragma user_version
begin
pragma user_version=11
rollback
pragma user_version
pragma table_info(nope)
pragma index_list(nope)
pragma index_info(nope)
pragma index_xinfo(nope)
pragma foreign_key_list(nope)
pragma table_info(sqlite_schema)
pragma collation_list
pragma encoding
pragma foreign_keys
pragma recursive_triggers
pragma database_list
pragma nonsense
pragma nonsense=4
pragma table_list(nope)

-- pragmas that describe
create table a1(a integer primary key, b text not null default 'x', c)
create view v1(x,y) as select a, b from a1
create table wr(a, b, primary key(b,a)) without rowid
create table st(a int) strict
create index i1 on a1(b desc, c collate nocase)
create index i2 on a1(b||c, a)
create index i3 on a1(c) where c > 5
create unique index i4 on wr(a)
pragma table_list(v1)
pragma table_info(v1)
pragma table_xinfo(v1)
pragma table_info('wr')
pragma table_info("a1")
pragma index_list(a1)
pragma index_list(wr)
pragma index_info(i1)
pragma index_info(i2)
pragma index_info(sqlite_autoindex_wr_1)
pragma index_xinfo(i2)
pragma index_xinfo(i3)
pragma index_xinfo(i4)
pragma index_xinfo(sqlite_autoindex_wr_1)
select name, type, pk from pragma_table_info('a1') where pk = 0
select m.name, i.name from sqlite_schema m, pragma_index_list(m.name) i where m.type='table' order by 1,2
select * from pragma_table_list where name = 'st'
select count(*) from pragma_function_list where name = 'abs'
select * from pragma_collation_list
select count(*) > 0 from pragma_compile_options
select name from pragma_pragma_list where name = 'table_info'
