/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import io.aipi.camel.contract.JobRepositoryContract;
import io.aipi.camel.store.JobRepository;
import io.aipi.camel.store.StoredJob;
import io.aipi.testsupport.Nightly;
import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterAll;

/** What the interface promises; the subclasses say with which database. */
abstract class DatabaseContractTest extends JobRepositoryContract {

    /** Opened by a subclass, for all of its tests. */
    static TestDatabase database;

    /** In SQL, a lease's end that much earlier. */
    abstract String earlier(long millis);

    @AfterAll
    static void closeDatabase() {
        database.close();
    }

    @Override
    protected int load() {
        return Nightly.times(500, 2000);
    }

    @Override
    protected JobRepository open() {
        JdbcJobRepository repository = database.repository("contract");
        repository.start();
        return repository;
    }

    @Override
    protected void passTime(Duration time) {
        database.execute("update aipi_instance set lease_until = " + earlier(time.toMillis()));
    }

    @Override
    protected boolean spoil(StoredJob job) {
        String key = JobIdentity.of(job.job()).key();
        return database.execute("update aipi_job set headers = 'odd' where job_key = '" + key + "'") > 0;
    }

    @Override
    protected OptionalLong countStored() {
        return OptionalLong.of(
                Long.parseLong(database.query("select count(*) from aipi_job").get(0)));
    }
}
