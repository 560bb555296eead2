/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.contract;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.EnumSet;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.apache.camel.processor.aggregate.jdbc.JdbcAggregationRepository;
import org.apache.camel.spi.AggregationRepository;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;

/** Camel's repository in a database, with its two tables. */
class JdbcAggregationContractTest extends AggregationJobRepositoryContract {

    private final JdbcConnectionPool database =
            JdbcConnectionPool.create("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1", "sa", "");

    @BeforeEach
    void createTables() throws Exception {
        for (String table : new String[] {"aipi_jobs", "aipi_jobs_completed"}) {
            execute("create table " + table
                    + " (id varchar(255) not null primary key, exchange blob not null, version bigint not null)");
        }
    }

    private void execute(String sql) throws Exception {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    AggregationRepository repository() {
        return new JdbcAggregationRepository(new DataSourceTransactionManager(database), "aipi_jobs", database);
    }

    /** Keys are columns of 255 characters. */
    @Override
    protected Set<Trait> traits() {
        return EnumSet.of(Trait.KEEPS_AFTER_RESTART, Trait.LARGE, Trait.NUL_IN_IDS, Trait.UNCLAIMED);
    }

    @Override
    protected int load() {
        return 500;
    }

    @Override
    protected OptionalLong countStored() throws Exception {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "select (select count(*) from aipi_jobs)" + " + (select count(*) from aipi_jobs_completed)")) {
            rows.next();
            return OptionalLong.of(rows.getLong(1));
        }
    }

    @Override
    protected void end() throws Exception {
        super.end();
        execute("shutdown");
        database.dispose();
    }
}
