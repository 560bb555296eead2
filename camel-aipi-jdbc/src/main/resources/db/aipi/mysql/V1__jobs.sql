-- Instances: one row for each JdbcJobRepository that has started and not stopped. Its claims last until lease_until.
-- Times are UTC.
create table if not exists aipi_instance (
  id varchar(100) character set ascii collate ascii_bin not null primary key,
  started datetime(3) not null,
  lease_until datetime(3) not null
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin;

-- Jobs: one row a job, or a request id that is reserved for one. A row without an owner can be claimed; the owner '-' means
-- that nobody can claim it (PARKED, DELIVERED). job_ref is job_id, or the beginning and the digest of a long one. Times are
-- the database's, but for submitted. The first index: what can be claimed, first submitted first; what an instance has
-- claimed. The second one: jobs whose id a server has given again.
create table if not exists aipi_job (
  job_key varchar(500) not null primary key,
  server varchar(400) not null,
  endpoint varchar(300) not null,
  job_id mediumtext,
  job_ref varchar(200),
  request_id mediumtext,
  exchange_id mediumtext,
  state varchar(10) not null,
  submitted datetime(3) not null,
  ended datetime(3),
  delivered datetime(3),
  owner varchar(100) character set ascii collate ascii_bin,
  deliveries integer not null,
  size bigint not null,
  headers mediumtext,
  body_type varchar(10),
  body mediumblob,
  outcome_type varchar(100),
  outcome mediumtext,
  index aipi_job_owner (owner, server, endpoint, submitted),
  index aipi_job_server (server, job_ref)
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin;

-- Large bytes in a body ('REQUEST') or a result ('OUTCOME'), in chunks of at most 1 MB.
create table if not exists aipi_job_part (
  job_key varchar(500) not null,
  place varchar(10) not null,
  part integer not null,
  chunk integer not null,
  bytes mediumblob not null,
  primary key (job_key, place, part, chunk),
  constraint aipi_job_part_job foreign key (job_key) references aipi_job (job_key) on delete cascade
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin;

create or replace view aipi_jobs_in_flight as
select
  j.job_key,
  j.server,
  j.endpoint,
  j.job_id,
  j.request_id,
  j.state,
  timestampdiff(second, j.submitted, utc_timestamp(3)) as age_seconds,
  j.owner,
  exists (select 1 from aipi_instance i where i.id = j.owner and i.lease_until > utc_timestamp(3)) as owner_alive,
  j.deliveries,
  j.outcome_type,
  j.size
from aipi_job j
where j.state <> 'DELIVERED';
