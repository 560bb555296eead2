-- Of two instances that start at once one makes the tables; "if not exists" alone lets one of them fail.
select pg_advisory_lock(hashtext('aipi_jobs'));
create table if not exists aipi_jobs (
  id varchar(255) not null primary key,
  exchange bytea not null,
  version bigint not null
);
create table if not exists aipi_jobs_completed (
  id varchar(255) not null primary key,
  exchange bytea not null,
  version bigint not null
);
select pg_advisory_unlock(hashtext('aipi_jobs'));
