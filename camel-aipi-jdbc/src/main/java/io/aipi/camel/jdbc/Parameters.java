/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;

/** The parameters of a statement, in their order. */
final class Parameters {

    /** Sets the parameters of one execution. */
    @FunctionalInterface
    interface Binder {
        void bind(Parameters parameters) throws SQLException;
    }

    private final PreparedStatement statement;
    private final Dialect dialect;
    private int index;

    Parameters(PreparedStatement statement, Dialect dialect) {
        this.statement = statement;
        this.dialect = dialect;
    }

    Parameters text(String value) throws SQLException {
        statement.setString(++index, value);
        return this;
    }

    /** A name that somebody else has given. */
    Parameters name(String value) throws SQLException {
        return text(Names.encode(value));
    }

    Parameters number(long value) throws SQLException {
        statement.setLong(++index, value);
        return this;
    }

    Parameters number(int value) throws SQLException {
        statement.setInt(++index, value);
        return this;
    }

    Parameters time(Instant value) throws SQLException {
        dialect.setTime(statement, ++index, value);
        return this;
    }

    Parameters bytes(byte[] value) throws SQLException {
        if (value == null) {
            statement.setNull(++index, Types.VARBINARY);
        } else {
            statement.setBytes(++index, value);
        }
        return this;
    }

    /** Which row, as {@link Sql#ROW} asks. */
    Parameters row(JobIdentity row) throws SQLException {
        return text(row.key()).name(row.exchangeId()).time(row.submitted());
    }
}
