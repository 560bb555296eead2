create table if not exists aipi_jobs (
  id varchar(255) not null primary key,
  exchange blob not null,
  version bigint not null
);
create table if not exists aipi_jobs_completed (
  id varchar(255) not null primary key,
  exchange blob not null,
  version bigint not null
);
