-- Conversations: one row each. version changes with each append. Until awaited_until, if it is not null, whoever would ask
-- waits for the answer to the last question. Times are the database's, and UTC. The index: those that have rested for long.
create table if not exists aipi_conversation (
  id varchar(500) not null primary key,
  version bigint not null,
  changed datetime(3) not null,
  awaited_until datetime(3),
  index aipi_conversation_changed (changed)
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin;

-- Messages: one row each, numbered from 1 on in their conversation. An answer without text is one that did not come. rest is
-- JSON: pictures, tokens, and the turn, which a question and its answer share.
create table if not exists aipi_message (
  conversation varchar(500) not null,
  number integer not null,
  role varchar(10) not null,
  text longtext,
  rest longtext not null,
  primary key (conversation, number),
  constraint aipi_message_conversation foreign key (conversation) references aipi_conversation (id) on delete cascade
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin;
