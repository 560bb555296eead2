/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import io.aipi.camel.store.JobRepository.Claim;
import io.aipi.camel.store.StoredJob;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which jobs this instance claims, and which it gives back. */
final class Claims {

    /** Jobs with more bytes than this are not claimed together. */
    private static final long MAX_BYTES = 64L * 1024 * 1024;

    /** How many unreadable rows are worth a warning each. */
    private static final int WARNINGS = 10;

    /** How many are given back in one transaction. */
    private static final int RELEASED_AT_ONCE = 500;

    private static final Logger LOG = LoggerFactory.getLogger(Claims.class);

    private record Candidate(String key, String owner, Instant submitted, long size) {}

    private final Transactions transactions;
    private final Dialect dialect;
    private final Sql sql;
    private final Instance instance;
    private final JobRows rows;
    private final JobWriter writer;
    private final Unconfirmed unconfirmed;
    private final Set<String> unreadable = ConcurrentHashMap.newKeySet();

    Claims(
            Transactions transactions,
            Dialect dialect,
            Sql sql,
            Instance instance,
            JobRows rows,
            JobWriter writer,
            Unconfirmed unconfirmed) {
        this.transactions = transactions;
        this.dialect = dialect;
        this.sql = sql;
        this.instance = instance;
        this.rows = rows;
        this.writer = writer;
        this.unconfirmed = unconfirmed;
    }

    List<Claim> claim(String server, String endpoint, int limit) throws SQLException {
        return unconfirmed.claiming(() -> {
            List<JobIdentity> claimed = new ArrayList<>();
            try {
                List<Claim> claims = transactions.run(connection -> {
                    claimed.clear();
                    return claim(connection, server, endpoint, limit, claimed);
                });
                claimed.forEach(unconfirmed::removeJob);
                return claims;
            } catch (Throwable e) {
                // it may have been committed
                claimed.forEach(unconfirmed::addJob);
                throw e;
            }
        });
    }

    private List<Claim> claim(
            Connection connection, String server, String endpoint, int limit, List<JobIdentity> claimed)
            throws SQLException {
        String owner = instance.id();
        Map<String, Candidate> chosen = choose(connection, server, endpoint, limit);
        if (chosen.isEmpty()) {
            return List.of();
        }
        own(connection, owner, List.copyOf(chosen.keySet()));
        List<JobRow> found = rows.findAll(connection, List.copyOf(chosen.keySet()));
        found.sort(Comparator.comparing(JobRow::submitted));
        List<Claim> claims = new ArrayList<>();
        for (JobRow row : found) {
            StoredJob job = read(connection, row);
            if (job != null) {
                claimed.add(JobIdentity.of(job.job()));
                claims.add(new Claim(job.withOwner(owner), chosen.get(row.key()).owner() != null));
            }
        }
        return claims;
    }

    /** Locks what can be claimed, and chooses the oldest of it. What is locked and not chosen is free again at the end. */
    private Map<String, Candidate> choose(Connection connection, String server, String endpoint, int limit)
            throws SQLException {
        List<Candidate> candidates = new ArrayList<>(candidates(connection, null, server, endpoint, limit));
        for (String dead : instance.dead(connection)) {
            candidates.addAll(candidates(connection, dead, server, endpoint, limit));
        }
        candidates.sort(Comparator.comparing(Candidate::submitted));
        Map<String, Candidate> chosen = new HashMap<>();
        long size = 0;
        for (Candidate candidate : candidates) {
            size += candidate.size();
            if (chosen.size() == limit || (size > MAX_BYTES && !chosen.isEmpty())) {
                break;
            }
            chosen.put(candidate.key(), candidate);
        }
        return chosen;
    }

    private List<Candidate> candidates(Connection connection, String owner, String server, String endpoint, int limit)
            throws SQLException {
        List<Candidate> candidates = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(owner == null ? sql.unowned : sql.ownedBy)) {
            Parameters parameters = new Parameters(statement, dialect);
            if (owner != null) {
                parameters.text(owner);
            }
            parameters.name(server).name(endpoint).number(limit);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    candidates.add(new Candidate(
                            row.getString("job_key"),
                            row.getString("owner"),
                            dialect.getTime(row, "submitted"),
                            row.getLong("size")));
                }
            }
        }
        return candidates;
    }

    private void own(Connection connection, String owner, List<String> keys) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql.own)) {
            for (String key : keys) {
                new Parameters(statement, dialect).text(owner).text(key);
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    /**
     * The job of a row; null if it cannot be read. Such a one stays with this instance: another claim would find it again, and
     * nothing but it where there are many.
     */
    private StoredJob read(Connection connection, JobRow row) throws SQLException {
        try {
            return rows.decode(connection, row);
        } catch (RuntimeException e) {
            if (unreadable.size() < WARNINGS && unreadable.add(row.key())) {
                LOG.warn("The stored job {} cannot be read and is passed over", row.key(), e);
            } else {
                LOG.debug("The stored job {} cannot be read and is passed over", row.key(), e);
            }
            return null;
        }
    }

    void release(Collection<StoredJob> jobs) throws SQLException {
        List<Write> releases = jobs.stream()
                .map(job -> release(JobIdentity.of(job.job()), instance.ownerOf(job)))
                .toList();
        for (int begin = 0; begin < releases.size(); begin += RELEASED_AT_ONCE) {
            writer.execute(releases.subList(begin, Math.min(releases.size(), begin + RELEASED_AT_ONCE)));
        }
    }

    /** Gives one back. */
    static Write release(JobIdentity job, String owner) {
        return new Write(
                Write.Kind.RELEASE, job.key(), parameters -> parameters.row(job).text(owner));
    }
}
