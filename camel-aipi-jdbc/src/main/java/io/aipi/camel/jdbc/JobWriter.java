/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes many changes in one transaction, those of a kind in one batch. */
final class JobWriter implements WriteBatcher.Target {

    private static final Logger LOG = LoggerFactory.getLogger(JobWriter.class);

    /** A driver that sends a batch in a way in which it does not learn how many rows each of it has changed. */
    private static final class NoCountsException extends SQLException {

        private static final long serialVersionUID = 1L;

        private final transient Write.Kind kind;

        NoCountsException(Write.Kind kind) {
            super("The driver does not tell what a batch has changed");
            this.kind = kind;
        }
    }

    private final Transactions transactions;
    private final Dialect dialect;
    private final JobParts parts;
    private final Map<Write.Kind, String> statements;
    /** Of which the driver does not tell what a batch has changed. */
    private final Set<Write.Kind> oneByOne = ConcurrentHashMap.newKeySet();

    JobWriter(Transactions transactions, Dialect dialect, JobParts parts, Map<Write.Kind, String> statements) {
        this.transactions = transactions;
        this.dialect = dialect;
        this.parts = parts;
        this.statements = statements;
    }

    @Override
    public List<Boolean> execute(List<Write> writes) throws SQLException {
        while (true) {
            try {
                return transactions.run(connection -> execute(connection, writes));
            } catch (NoCountsException e) {
                LOG.debug("{}: {}", e.getMessage(), e.kind);
                oneByOne.add(e.kind);
            }
        }
    }

    /** Makes the changes in a transaction that somebody else commits. Of each, whether a row was changed. */
    List<Boolean> execute(Connection connection, List<Write> writes) throws SQLException {
        Boolean[] changed = new Boolean[writes.size()];
        for (Write.Kind kind : Write.Kind.values()) {
            // in the same order as others, so that none waits for one that waits for it
            List<Integer> ofKind = IntStream.range(0, writes.size())
                    .filter(i -> writes.get(i).kind() == kind)
                    .boxed()
                    .sorted(Comparator.comparing(i -> writes.get(i).key()))
                    .toList();
            if (!ofKind.isEmpty()) {
                boolean[] results = execute(
                        connection, kind, ofKind.stream().map(writes::get).toList());
                for (int i = 0; i < results.length; i++) {
                    changed[ofKind.get(i)] = results[i];
                }
            }
        }
        Map<String, List<JobParts.Part>> withParts = new HashMap<>();
        for (int i = 0; i < changed.length; i++) {
            Write write = writes.get(i);
            if (changed[i] && !write.parts().isEmpty()) {
                withParts.computeIfAbsent(write.key(), key -> new ArrayList<>()).addAll(write.parts());
            }
        }
        if (!withParts.isEmpty()) {
            parts.insert(connection, withParts);
        }
        return Arrays.asList(changed);
    }

    private boolean[] execute(Connection connection, Write.Kind kind, List<Write> writes) throws SQLException {
        boolean[] changed = new boolean[writes.size()];
        try (PreparedStatement statement = connection.prepareStatement(statements.get(kind))) {
            if (writes.size() == 1 || oneByOne.contains(kind)) {
                for (int i = 0; i < changed.length; i++) {
                    writes.get(i).binder().bind(new Parameters(statement, dialect));
                    changed[i] = statement.executeUpdate() > 0;
                }
                return changed;
            }
            for (Write write : writes) {
                write.binder().bind(new Parameters(statement, dialect));
                statement.addBatch();
            }
            int[] counts = executeBatch(statement);
            for (int i = 0; i < changed.length; i++) {
                if (counts[i] == Statement.SUCCESS_NO_INFO && kind.isConditional) {
                    throw new NoCountsException(kind);
                }
                changed[i] = counts[i] != 0;
            }
            return changed;
        }
    }

    /** Fails as the database has: what a driver throws for a batch does not always say it. */
    private static int[] executeBatch(PreparedStatement statement) throws SQLException {
        try {
            return statement.executeBatch();
        } catch (BatchUpdateException e) {
            SQLException cause = e.getNextException();
            if (cause == null && e.getCause() instanceof SQLException inner) {
                cause = inner;
            }
            throw cause == null ? e : cause;
        }
    }
}
