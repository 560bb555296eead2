/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.store;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/**
 * A data source whose statements and commits are counted, by proxies of its connections and statements: their cost is some
 * microseconds a job, and the same for each repository. Results are read without one.
 */
final class CountedConnections {

    private final DataSource behind;
    private final StoreMeter meter;

    private CountedConnections(DataSource behind, StoreMeter meter) {
        this.behind = behind;
        this.meter = meter;
    }

    static DataSource of(DataSource behind, StoreMeter meter) {
        return proxy(DataSource.class, new CountedConnections(behind, meter)::invoke);
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        return switch (method.getName()) {
            case "equals" -> proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> {
                Object value = Forwarding.forward(behind, method, arguments);
                yield value instanceof Connection connection ? new Counted(connection).proxy : value;
            }
        };
    }

    /** From its lending to its return to the pool; one thread at a time. */
    private final class Counted implements InvocationHandler {

        private final Connection connection;
        private final Connection proxy;
        private boolean commitsAlone;
        /** Whether something was done that was not committed. */
        private boolean isUsed;

        Counted(Connection connection) throws SQLException {
            this.connection = connection;
            this.commitsAlone = connection.getAutoCommit();
            this.proxy = proxy(Connection.class, this);
        }

        @Override
        public Object invoke(Object self, Method method, Object[] arguments) throws Throwable {
            String name = method.getName();
            if (name.equals("equals")) {
                return self == arguments[0];
            }
            Object value = Forwarding.forward(connection, method, arguments);
            switch (name) {
                case "commit" -> end(true);
                case "rollback" -> end(false);
                case "setAutoCommit" -> {
                    commitsAlone = (boolean) arguments[0];
                    if (commitsAlone) {
                        end(true);
                    }
                }
                default -> {
                    // what counts is done with its statements
                }
            }
            return value instanceof Statement statement
                    ? CountedConnections.proxy(method.getReturnType(), new CountedStatement(statement, this))
                    : value;
        }

        private void end(boolean isCommitted) {
            if (isUsed) {
                isUsed = false;
                meter.waited();
                if (isCommitted) {
                    meter.committed();
                }
            }
        }

        void executed(int statements) {
            meter.executed(statements);
            if (commitsAlone) {
                meter.committed();
            } else {
                isUsed = true;
            }
        }
    }

    private static final class CountedStatement implements InvocationHandler {

        private final Statement statement;
        private final Counted connection;
        private int batch;

        CountedStatement(Statement statement, Counted connection) {
            this.statement = statement;
            this.connection = connection;
        }

        @Override
        public Object invoke(Object self, Method method, Object[] arguments) throws Throwable {
            Object value = Forwarding.forward(statement, method, arguments);
            switch (method.getName()) {
                case "addBatch" -> batch++;
                case "clearBatch" -> batch = 0;
                case "executeBatch", "executeLargeBatch" -> {
                    connection.executed(batch);
                    batch = 0;
                }
                case "execute", "executeQuery", "executeUpdate", "executeLargeUpdate" -> connection.executed(1);
                case "getConnection" -> {
                    return connection.proxy;
                }
                default -> {
                    // parameters and settings
                }
            }
            return value;
        }
    }
}
