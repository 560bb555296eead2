/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.jobstore;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.processor.aggregate.jdbc.JdbcAggregationRepository;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** A database that can be away. */
final class FailingDataSource extends DelegatingDataSource {

    private final AtomicInteger refusals = new AtomicInteger();
    private volatile boolean away;

    /** Puts it between the repository of the job store and its database. */
    void putInto(CamelContext context) {
        setTargetDataSource(context.getRegistry().lookupByNameAndType("jobsDataSource", DataSource.class));
        var jobs = context.getRegistry().lookupByNameAndType("jobs", JdbcAggregationRepository.class);
        jobs.setDataSource(this);
        jobs.setTransactionManager(new DataSourceTransactionManager(this));
    }

    void goAway() {
        away = true;
    }

    void comeBack() {
        away = false;
    }

    /** How often a connection was asked for in vain. */
    int refusals() {
        return refusals.get();
    }

    @Override
    public Connection getConnection() throws SQLException {
        if (away) {
            refusals.incrementAndGet();
            throw new SQLTransientConnectionException("The database is away");
        }
        return super.getConnection();
    }
}
