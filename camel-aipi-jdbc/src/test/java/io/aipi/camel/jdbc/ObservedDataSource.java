/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;

/** Counts what goes through it, and can fail as a database does. */
final class ObservedDataSource implements InvocationHandler {

    private static final Set<String> EXECUTIONS = Set.of("execute", "executeQuery", "executeUpdate");

    /** Statements, of which each in a batch counts. */
    final AtomicLong statements = new AtomicLong();

    final AtomicLong commits = new AtomicLong();
    /** Connections that were asked for while the database was away. */
    final AtomicLong refusals = new AtomicLong();
    /** The longest array that a statement was given, and a row has given. */
    final AtomicInteger longestArray = new AtomicInteger();

    private final DataSource target;
    private final AtomicBoolean dieAfterCommit = new AtomicBoolean();
    private volatile boolean away;
    private volatile Duration commitTime = Duration.ZERO;

    ObservedDataSource(DataSource target) {
        this.target = target;
    }

    DataSource dataSource() {
        return proxy(DataSource.class, this);
    }

    /** The next transaction is committed, and its caller does not learn it. */
    void dieAfterNextCommit() {
        dieAfterCommit.set(true);
    }

    void goAway() {
        away = true;
    }

    void comeBack() {
        away = false;
    }

    /** A commit takes so much longer, as with a disk that it waits for. */
    void slowDownCommits(Duration time) {
        commitTime = time;
    }

    void reset() {
        statements.set(0);
        commits.set(0);
        longestArray.set(0);
        commitTime = Duration.ZERO;
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        if (method.getName().equals("getConnection")) {
            if (away) {
                refusals.incrementAndGet();
                throw new SQLTransientConnectionException("The database is away");
            }
            return proxy(Connection.class, of(call(target, method, arguments)));
        }
        return call(target, method, arguments);
    }

    private InvocationHandler of(Object real) {
        return (proxy, method, arguments) -> switch (method.getName()) {
            case "commit" -> commit((Connection) real);
            case "prepareStatement" -> proxy(PreparedStatement.class, statement(call(real, method, arguments)));
            case "createStatement" -> proxy(Statement.class, statement(call(real, method, arguments)));
            default -> call(real, method, arguments);
        };
    }

    private Object commit(Connection connection) throws SQLException {
        LockSupport.parkNanos(commitTime.toNanos());
        connection.commit();
        commits.incrementAndGet();
        if (dieAfterCommit.compareAndSet(true, false)) {
            throw new SQLException("The connection has died", "08006");
        }
        return null;
    }

    private InvocationHandler statement(Object real) {
        return (proxy, method, arguments) -> {
            String name = method.getName();
            if (EXECUTIONS.contains(name) || name.equals("addBatch")) {
                statements.incrementAndGet();
            }
            if (name.equals("setBytes")) {
                seen((byte[]) arguments[1]);
            }
            Object result = call(real, method, arguments);
            return name.equals("executeQuery") ? proxy(ResultSet.class, rows(result)) : result;
        };
    }

    private InvocationHandler rows(Object real) {
        return (proxy, method, arguments) -> {
            Object result = call(real, method, arguments);
            if (method.getName().equals("getBytes") && result != null) {
                seen((byte[]) result);
            }
            return result;
        };
    }

    private void seen(byte[] array) {
        longestArray.accumulateAndGet(array.length, Math::max);
    }

    private static Object call(Object real, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(real, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
