/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import java.time.Duration;

/** The statements. */
final class Sql {

    /** Times of one job's row: see {@link Parameters#row}. */
    static final String ROW = "job_key = ? and exchange_id = ? and submitted = ?";

    /**
     * Not by the index of owners: to a database whose figures are from a moment when the table was empty it looks as good as
     * the key.
     */
    private static final String OWNED = "coalesce(owner, '') = ?";

    private static final String MINE = ROW + " and " + OWNED;

    /** States in which a job can be claimed, if nobody owns it. */
    private static final String CLAIMABLE = "state in ('ACCEPTED', 'DONE', 'FAILED')";

    private static final String COLUMNS =
            "job_key, server, endpoint, job_id, request_id, exchange_id, state, submitted,"
                    + " owner, deliveries, headers, body_type, body, outcome_type, outcome";

    private static final String UNPARKED =
            "state = case when outcome_type is null then 'ACCEPTED' when outcome_type = '" + EncodedOutcome.RESULT
                    + "' then 'DONE' else 'FAILED' end, owner = null";

    final String reserve;
    final String takeReservation;
    final String cancel =
            "delete from aipi_job where job_key = ? and state = 'RESERVED' and " + OWNED + " and exchange_id = ?";
    final String insert;
    final String accept;
    final String acceptOver;
    final String complete;
    final String replaceOutcome;
    final String deliver = "update aipi_job set deliveries = ? where " + MINE + " and outcome_type is not null";
    final String deliverPending = "update aipi_job set deliveries = ? where job_key = ?";
    final String delete = "delete from aipi_job where " + MINE;
    final String keepDelivered;
    final String park;
    final String parkOutcome;
    final String unpark = "update aipi_job set " + UNPARKED
            + " where owner = '-' and server = ? and endpoint = ? and state = 'PARKED'";
    final String release = "update aipi_job set owner = null where " + MINE;
    final String own = "update aipi_job set owner = ? where job_key = ?";
    final String lapsing =
            "select job_key from aipi_job where server = ? and job_ref = ? and state = 'ACCEPTED' and (owner is null or owner <> ?)";

    final String byKey = "select " + COLUMNS + " from aipi_job where job_key = ?";
    final String byKeyForUpdate = byKey + " for update";

    final String unowned = candidates("owner is null");
    final String ownedBy = candidates("owner = ?");

    final String insertPart = "insert into aipi_job_part (job_key, place, part, chunk, bytes) values (?, ?, ?, ?, ?)";
    final String deleteParts = "delete from aipi_job_part where job_key = ? and place = ?";
    // bounds, and no order: a database that sorts has all of them in memory
    final String someChunks = "select part, chunk, bytes from aipi_job_part where job_key = ? and place = ?"
            + " and part between ? and ? and chunk between ? and ?";

    final String register;
    final String renew;
    final String isAlive;
    final String dead;
    final String longDead;
    final String touch = "update aipi_instance set lease_until = lease_until where id = ?";
    final String unregister = "delete from aipi_instance where id = ?";
    final String deleteReservations = "delete from aipi_job where state = 'RESERVED' and owner = ?";
    final String releaseAll = "update aipi_job set owner = null where owner = ?";
    final String forget =
            "delete from aipi_instance where id = ? and not exists (select 1 from aipi_job where owner = aipi_instance.id)";
    final String unknownOwners = "select distinct owner from aipi_job j where owner is not null and owner <> '-'"
            + " and not exists (select 1 from aipi_instance i where i.id = j.owner)";

    final String unclaimed;
    final String counts = "select state, count(*) from aipi_job group by state";
    final String countOf = "select count(*), count(case when state = 'PARKED' then 1 end) from aipi_job"
            + " where server = ? and endpoint = ? and state not in ('RESERVED', 'DELIVERED')";
    final String expired;
    final String deleteDelivered = "delete from aipi_job where job_key = ? and state = 'DELIVERED'";
    final String retry = "update aipi_job set " + UNPARKED + ", deliveries = 0 where job_key = ? and state = 'PARKED'";
    final String drop = "delete from aipi_job where job_key = ? and state = 'PARKED'";

    /** {@code retention} is null if what is delivered is deleted. */
    Sql(Dialect dialect, Duration lease, Duration retention) {
        String now = dialect.now();
        reserve = dialect.insertIfAbsent(
                "aipi_job",
                "job_key, server, endpoint, request_id, exchange_id, state, submitted, owner, deliveries, size",
                "?, ?, ?, ?, ?, 'RESERVED', " + now + ", ?, 0, 0",
                "job_key");
        takeReservation = "update aipi_job set owner = ?, exchange_id = ? where job_key = ? and state = 'RESERVED' and "
                + OWNED
                + " and not exists (select 1 from aipi_instance i where i.id = aipi_job.owner and i.lease_until > "
                + now
                + ")";
        insert =
                "insert into aipi_job (request_id, server, endpoint, job_id, job_ref, exchange_id, state, submitted, ended, owner,"
                        + " deliveries, headers, body_type, body, outcome_type, outcome, size, job_key)"
                        + " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
        String accepted =
                "update aipi_job set job_id = ?, job_ref = ?, exchange_id = ?, state = ?, submitted = ?, ended = ?, owner = ?,"
                        + " deliveries = ?, headers = ?, body_type = ?, body = ?, outcome_type = ?, outcome = ?, size = ?"
                        + " where job_key = ? and state = 'RESERVED'";
        accept = accepted + " and " + OWNED;
        acceptOver = accepted;
        String outcome = "outcome_type = ?, outcome = ?, size = size + ?, ended = " + now;
        complete = "update aipi_job set state = ?, " + outcome + " where " + MINE + " and state = 'ACCEPTED'";
        replaceOutcome = "update aipi_job set state = ?, " + outcome + " where job_key = ?";
        keepDelivered = "update aipi_job set state = 'DELIVERED', owner = '-', delivered = " + now + " where " + MINE;
        park = "update aipi_job set state = 'PARKED', owner = '-', deliveries = ? where job_key = ?";
        parkOutcome =
                "update aipi_job set state = 'PARKED', owner = '-', deliveries = ?, " + outcome + " where job_key = ?";

        String leaseEnd = dialect.nowPlus(lease);
        register = "insert into aipi_instance (id, started, lease_until) values (?, " + now + ", " + leaseEnd + ")";
        renew = "update aipi_instance set lease_until = " + leaseEnd + " where id = ? and lease_until > " + now;
        isAlive = "select 1 from aipi_instance where id = ? and lease_until > " + now;
        dead = "select id from aipi_instance where lease_until <= " + now;
        longDead = "select id from aipi_instance where lease_until <= " + dialect.nowPlus(Maintenance.GRACE.negated());
        unclaimed = "select server, count(*) from aipi_job where " + CLAIMABLE + " and submitted < "
                + dialect.nowPlus(Maintenance.A_WHILE.negated())
                + " and (owner is null or owner in (select id from aipi_instance where lease_until < "
                + dialect.nowPlus(Maintenance.A_WHILE.negated()) + ")) group by server";
        expired = retention == null
                ? null
                : "select job_key from aipi_job where owner = '-' and state = 'DELIVERED' and delivered < "
                        + dialect.nowPlus(retention.negated()) + " limit " + Maintenance.PURGED_AT_ONCE
                        + " for update skip locked";
    }

    /** The rows of so many keys. */
    static String byKeys(int keys) {
        return "select " + COLUMNS + " from aipi_job where job_key in (?" + ", ?".repeat(keys - 1) + ")";
    }

    /** In the order of the index, whose beginning is the same for all. */
    private static String candidates(String owner) {
        return "select job_key, owner, submitted, size from aipi_job where " + owner
                + " and server = ? and endpoint = ? and " + CLAIMABLE
                + " order by owner, server, endpoint, submitted limit ? for update skip locked";
    }
}
