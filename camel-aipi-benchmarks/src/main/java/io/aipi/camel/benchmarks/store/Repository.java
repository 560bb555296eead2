/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.aipi.camel.benchmarks.plan.ClientKind;
import io.aipi.camel.benchmarks.plan.DatabaseProduct;
import io.aipi.camel.benchmarks.plan.Storage;
import io.aipi.camel.jdbc.JdbcJobRepository;
import io.aipi.camel.store.AggregationJobRepository;
import io.aipi.camel.store.JobRepository;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import javax.sql.DataSource;
import org.apache.camel.processor.aggregate.jdbc.JdbcAggregationRepository;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;

/** The repository of a client, with the pool of connections that it has to itself. */
public final class Repository implements AutoCloseable {

    /** As in the example of a store. */
    private static final int CONNECTIONS = 10;

    private static final String TABLE = "aipi_jobs";

    private final HikariDataSource pool;
    private final StoreMeter meter = new StoreMeter();
    private final JobRepository jobs;

    private Repository(ClientKind kind, HikariDataSource pool) throws SQLException {
        this.pool = pool;
        DataSource counted = CountedConnections.of(pool, meter);
        jobs = TimedClaims.of(
                kind.storage() == Storage.JDBC ? new JdbcJobRepository(counted) : aggregation(kind, counted), meter);
    }

    /**
     * That of a client.
     *
     * @param kind the client, whose jobs are in a database
     * @param url the JDBC URL of the database
     * @return the repository, which the component starts
     * @throws SQLException if the database refuses its tables
     */
    public static Repository of(ClientKind kind, String url) throws SQLException {
        return new Repository(kind, new HikariDataSource(settings(url)));
    }

    /**
     * That of a client that only prepares what is measured: the database may lose what it has committed in the last moments.
     *
     * @param kind the client, whose jobs are in a database
     * @param url the JDBC URL of the database
     * @return the repository, which the component starts
     * @throws SQLException if the database refuses its tables
     */
    public static Repository hasty(ClientKind kind, String url) throws SQLException {
        HikariConfig settings = settings(url.replace("WRITE_DELAY=0", "WRITE_DELAY=500"));
        if (kind.database() == DatabaseProduct.POSTGRESQL) {
            settings.addDataSourceProperty("options", "-c synchronous_commit=off");
        }
        return new Repository(kind, new HikariDataSource(settings));
    }

    private static HikariConfig settings(String url) {
        HikariConfig settings = new HikariConfig();
        settings.setJdbcUrl(url);
        settings.setMaximumPoolSize(CONNECTIONS);
        settings.setPoolName("jobs");
        return settings;
    }

    /** With the tables and settings of the example. */
    private static JobRepository aggregation(ClientKind kind, DataSource dataSource) throws SQLException {
        String bytes = kind.database() == DatabaseProduct.H2 ? "blob" : "bytea";
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            for (String table : List.of(TABLE, TABLE + "_completed")) {
                statement.execute("create table if not exists " + table
                        + " (id varchar(255) not null primary key, exchange " + bytes
                        + " not null, version bigint not null)");
            }
        }
        return new AggregationJobRepository(
                new JdbcAggregationRepository(new DataSourceTransactionManager(dataSource), TABLE, dataSource));
    }

    /**
     * What the component gets.
     *
     * @return always the same
     */
    public JobRepository jobs() {
        return jobs;
    }

    /**
     * What was asked of it so far.
     *
     * @return the counts
     */
    public StoreCounts counts() {
        return meter.counts();
    }

    /** Closes its connections. */
    @Override
    public void close() {
        pool.close();
    }
}
