/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

class TransactionsTest {

    private final List<String> calls = new ArrayList<>();
    private final List<SQLException> commitFailures = new ArrayList<>();
    private final Transactions transactions = new Transactions(dataSource(), Dialect.POSTGRESQL);

    @Test
    void aTransactionIsCommitted() throws SQLException {
        assertThat(transactions.<String>run(connection -> "done")).isEqualTo("done");
        assertThat(calls).containsExactly("setAutoCommit false", "commit", "setAutoCommit true", "close");
    }

    @Test
    void aTransactionThatFailsIsRolledBack() {
        SQLException refused = new SQLException("refused", "22001");
        assertThatThrownBy(() -> transactions.run(connection -> {
                    throw refused;
                }))
                .isSameAs(refused);
        assertThat(calls).containsExactly("setAutoCommit false", "rollback", "setAutoCommit true", "close");
    }

    @Test
    void aTransactionInVainIsRolledBack() throws SQLException {
        transactions.runInVain(connection -> "done");
        assertThat(calls).contains("rollback").doesNotContain("commit");
    }

    @Test
    void aDeadlockIsTriedAgain() throws SQLException {
        List<String> attempts = new ArrayList<>();
        String result = transactions.run(connection -> {
            attempts.add("attempt");
            if (attempts.size() == 1) {
                throw new SQLException("deadlock", "40P01");
            }
            return "done";
        });
        assertThat(result).isEqualTo("done");
        assertThat(attempts).hasSize(2);
    }

    @Test
    void aSecondDeadlockFails() {
        SQLException deadlock = new SQLException("deadlock", "40001");
        assertThatThrownBy(() -> transactions.run(connection -> {
                    throw deadlock;
                }))
                .isSameAs(deadlock);
        assertThat(calls.stream().filter("rollback"::equals)).hasSize(2);
    }

    @Test
    void aCommitThatMayHaveHappenedIsNotTriedAgain() {
        commitFailures.add(new SQLException("timeout", "57014"));
        assertThatThrownBy(() -> transactions.run(connection -> "done"))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("08007"));
        assertThat(calls.stream().filter("commit"::equals)).hasSize(1);
    }

    private DataSource dataSource() {
        Connection connection = (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("getAutoCommit")) {
                        return true;
                    }
                    calls.add(method.getName() + (arguments == null ? "" : " " + arguments[0]));
                    if (method.getName().equals("commit") && !commitFailures.isEmpty()) {
                        throw commitFailures.remove(0);
                    }
                    return null;
                });
        return (DataSource) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {DataSource.class},
                (proxy, method, arguments) -> connection);
    }
}
