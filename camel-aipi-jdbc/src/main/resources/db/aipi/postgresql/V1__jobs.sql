-- Instances: one row for each JdbcJobRepository that has started and not stopped. Its claims last until lease_until.
create table if not exists aipi_instance (
  id varchar(100) not null primary key,
  started timestamp(3) with time zone not null,
  lease_until timestamp(3) with time zone not null
);

-- Jobs: one row a job, or a request id that is reserved for one. A row without an owner can be claimed; the owner '-' means
-- that nobody can claim it (PARKED, DELIVERED). job_ref is job_id, or the beginning and the digest of a long one. Times are
-- the database's, but for submitted.
create table if not exists aipi_job (
  job_key varchar(500) not null primary key,
  server varchar(400) not null,
  endpoint varchar(300) not null,
  job_id text,
  job_ref varchar(200),
  request_id text,
  exchange_id text,
  state varchar(10) not null,
  submitted timestamp(3) with time zone not null,
  ended timestamp(3) with time zone,
  delivered timestamp(3) with time zone,
  owner varchar(100),
  deliveries integer not null,
  size bigint not null,
  headers text,
  body_type varchar(10),
  body bytea,
  outcome_type varchar(100),
  outcome text
) with (fillfactor = 70);

-- What can be claimed, first submitted first; what an instance has claimed.
create index if not exists aipi_job_owner on aipi_job (owner, server, endpoint, submitted);

-- Jobs whose id a server has given again.
create index if not exists aipi_job_server on aipi_job (server, job_ref);

-- Large bytes in a body ('REQUEST') or a result ('OUTCOME'), in chunks of at most 1 MB.
create table if not exists aipi_job_part (
  job_key varchar(500) not null references aipi_job (job_key) on delete cascade,
  place varchar(10) not null,
  part integer not null,
  chunk integer not null,
  bytes bytea not null,
  primary key (job_key, place, part, chunk)
);

-- Pictures and sound are compressed already.
alter table aipi_job_part alter column bytes set storage external;

create or replace view aipi_jobs_in_flight as
select
  j.job_key,
  j.server,
  j.endpoint,
  j.job_id,
  j.request_id,
  j.state,
  cast(extract(epoch from now() - j.submitted) as bigint) as age_seconds,
  j.owner,
  exists (select 1 from aipi_instance i where i.id = j.owner and i.lease_until > now()) as owner_alive,
  j.deliveries,
  j.outcome_type,
  j.size
from aipi_job j
where j.state <> 'DELIVERED';
