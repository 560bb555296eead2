-- Conversations: one row each. version changes with each append. Until awaited_until, if it is not null, whoever would ask
-- waits for the answer to the last question. Times are the database's.
create table if not exists aipi_conversation (
  id varchar(500) not null primary key,
  version bigint not null,
  changed timestamp(3) with time zone not null,
  awaited_until timestamp(3) with time zone
);

-- Those that have rested for long.
create index if not exists aipi_conversation_changed on aipi_conversation (changed);

-- Messages: one row each, numbered from 1 on in their conversation. An answer without text is one that did not come. rest is
-- JSON: pictures, tokens, and the turn, which a question and its answer share.
create table if not exists aipi_message (
  conversation varchar(500) not null references aipi_conversation (id) on delete cascade,
  number integer not null,
  role varchar(10) not null,
  text character large object,
  rest character large object not null,
  primary key (conversation, number)
);
