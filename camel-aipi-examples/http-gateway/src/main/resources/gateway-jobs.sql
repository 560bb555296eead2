-- One row a job that has a URL. What H2 and PostgreSQL have in common.
create table if not exists gateway_jobs (
  id varchar(64) not null primary key,
  model varchar(255) not null,
  created bigint not null,
  ended bigint,
  result text,
  error_type varchar(255),
  error_reason text,
  retryable boolean
);
