/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import io.aipi.camel.store.AsyncJobRepository;
import io.aipi.camel.store.StoredJob;
import io.aipi.client.spi.CompletionExceptions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.api.management.ManagedAttribute;
import org.apache.camel.api.management.ManagedOperation;
import org.apache.camel.api.management.ManagedResource;
import org.apache.camel.support.service.ServiceSupport;

/**
 * Detached jobs in a database: PostgreSQL, H2, MySQL 8 or MariaDB 10.6. One row of the table {@code aipi_job} is one job.
 *
 * <p>Any number of instances may share a database. Each claims jobs for as long as it renews its lease, which the database's
 * clock measures. Changes that many threads want at once are committed together.
 *
 * <p>The {@link DataSource} should be a pool, whose connections take part in no other transaction. It is not closed.
 */
@ManagedResource(description = "Detached AIPI jobs in a database")
public class JdbcJobRepository extends ServiceSupport implements AsyncJobRepository, CamelContextAware {

    private static final Duration DEFAULT_LEASE = Duration.ofSeconds(30);

    /** As many callers of the blocking methods as make a good batch. */
    private static final int CONCURRENCY = 32;

    private static final Duration ALL_THE_TIME = Duration.ofDays(1);

    /** What is done with the database. */
    @FunctionalInterface
    private interface Access<T> {
        T run(Jobs jobs) throws SQLException;
    }

    /** What is done with it without an answer. */
    @FunctionalInterface
    private interface Change {
        void run(Jobs jobs) throws SQLException;
    }

    private final DataSource dataSource;
    private CamelContext camelContext;
    private Duration lease = DEFAULT_LEASE;
    private Duration retention;
    private boolean createSchema = true;
    private String instanceName = Optional.ofNullable(System.getenv("HOSTNAME")).orElse("instance");
    private volatile Jobs jobs;
    private Managed managed = Managed.NOTHING;

    /** Jobs in the database that this connects to. */
    public JdbcJobRepository(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    // ---- options

    /**
     * How long claims last without being renewed. After this time another instance takes over what one has left that was
     * killed. One that is stopped gives back what it has. 30 seconds if not set.
     */
    public void setLease(Duration lease) {
        if (lease.toMillis() <= 0) {
            throw new IllegalArgumentException("A lease must last for a while: " + lease);
        }
        this.lease = lease;
    }

    /**
     * How long jobs are kept after their delivery, so that their request ids stay known and people can look at them. Null, as
     * it is if not set: they are deleted at once.
     */
    public void setRetention(Duration retention) {
        this.retention = retention;
    }

    /** How long jobs are kept after their delivery; null if they are deleted at once. */
    public Duration getRetention() {
        return retention;
    }

    /**
     * Whether the tables are made, and brought up to date, at the start. If false, somebody has applied the scripts in {@code
     * db/aipi/postgresql}, {@code h2} or {@code mysql}. True if not set.
     */
    public void setCreateSchema(boolean createSchema) {
        this.createSchema = createSchema;
    }

    /** Whether the tables are made, and brought up to date, at the start. */
    public boolean isCreateSchema() {
        return createSchema;
    }

    /**
     * What people find in the column {@code owner}: the beginning of the instance's id. The environment variable {@code
     * HOSTNAME} if not set.
     */
    public void setInstanceName(String instanceName) {
        this.instanceName = instanceName;
    }

    /** The beginning of the instance's id. */
    public String getInstanceName() {
        return instanceName;
    }

    /** Managed by JMX in this context. */
    @Override
    public void setCamelContext(CamelContext camelContext) {
        this.camelContext = camelContext;
    }

    @Override
    public CamelContext getCamelContext() {
        return camelContext;
    }

    // ---- life

    @Override
    protected void doStart() throws Exception {
        jobs = Jobs.start(dataSource, lease, retention, createSchema, instanceName);
        managed = Managed.of(camelContext, this);
    }

    @Override
    protected void doStop() {
        managed.close();
        Jobs present = jobs;
        if (present != null) {
            present.stop();
            jobs = null;
        }
    }

    private <T> T access(Access<T> access) {
        Jobs present = jobs;
        if (present == null) {
            throw new IllegalStateException("The repository of jobs is not started");
        }
        try {
            return access.run(present);
        } catch (SQLException e) {
            throw new DatabaseException(e);
        }
    }

    private <T> CompletableFuture<T> later(Function<Jobs, CompletableFuture<T>> access) {
        Jobs present = jobs;
        if (present == null) {
            return CompletableFuture.failedFuture(new IllegalStateException("The repository of jobs is not started"));
        }
        try {
            return access.apply(present)
                    .exceptionallyCompose(failure -> CompletableFuture.failedFuture(known(failure)));
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static Throwable known(Throwable failure) {
        Throwable cause = CompletionExceptions.unwrap(failure);
        return cause instanceof SQLException refused ? new DatabaseException(refused) : cause;
    }

    private static <T> T await(CompletableFuture<T> done) {
        try {
            return done.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException refused) {
                throw refused;
            }
            throw new IllegalStateException("The change of a job has failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while a job was stored", e);
        }
    }

    private void run(Change change) {
        access(all -> {
            change.run(all);
            return null;
        });
    }

    // ---- jobs

    @Override
    public CompletableFuture<Reservation> reserveAsync(String server, String endpoint, String requestId) {
        return later(all -> all.reservations.reserve(server, endpoint, requestId));
    }

    @Override
    public Reservation reserve(String server, String endpoint, String requestId) {
        return await(reserveAsync(server, endpoint, requestId));
    }

    @Override
    public void cancel(String server, String endpoint, String requestId) {
        run(all -> all.reservations.cancel(server, endpoint, requestId));
    }

    @Override
    public CompletableFuture<StoredJob> acceptAsync(StoredJob job, boolean claim) {
        return later(all -> all.acceptance.accept(job, claim));
    }

    @Override
    public StoredJob accept(StoredJob job, boolean claim) {
        return await(acceptAsync(job, claim));
    }

    @Override
    public CompletableFuture<StoredJob> completeAsync(StoredJob job) {
        return later(all -> all.outcomes.complete(job));
    }

    @Override
    public StoredJob complete(StoredJob job) {
        return await(completeAsync(job));
    }

    @Override
    public boolean deliver(StoredJob job) {
        return access(all -> all.outcomes.deliver(job));
    }

    @Override
    public CompletableFuture<Boolean> removeAsync(StoredJob job) {
        return later(all -> all.outcomes.remove(job));
    }

    @Override
    public boolean remove(StoredJob job) {
        return await(removeAsync(job));
    }

    @Override
    public void park(StoredJob job) {
        run(all -> all.outcomes.park(job));
    }

    @Override
    public void unpark(String server, String endpoint) {
        run(all -> all.outcomes.unpark(server, endpoint));
    }

    @Override
    public List<Claim> claim(String server, String endpoint, int limit) {
        return access(all -> all.claims.claim(server, endpoint, limit));
    }

    @Override
    public String renew() {
        return access(Jobs::renew);
    }

    @Override
    public void release(Collection<StoredJob> jobs) {
        run(all -> all.claims.release(jobs));
    }

    @Override
    public void lapse(String server, String jobId) {
        run(all -> all.outcomes.lapse(server, jobId));
    }

    @Override
    public Optional<StoredJob> find(String server, String endpoint, String requestId) {
        return Optional.ofNullable(access(all -> all.find(server, endpoint, requestId)));
    }

    @Override
    public void check() {
        run(all -> all.check());
    }

    @Override
    public void probe(StoredJob job) {
        run(all -> all.acceptance.probe(job));
    }

    @Override
    public Duration lease() {
        return lease;
    }

    @Override
    public int concurrency() {
        return CONCURRENCY;
    }

    @Override
    public Optional<Counts> count(String server, String endpoint) {
        return access(all -> Optional.of(all.maintenance.count(server, endpoint)));
    }

    @Override
    public Map<String, Long> unclaimed() {
        return access(all -> all.maintenance.unclaimed());
    }

    // ---- for people

    /** Under which name this instance claims; it is another one after it has lost its lease. */
    @ManagedAttribute(description = "Owner in the rows of the jobs that this instance has claimed")
    public String getInstanceId() {
        return access(all -> all.instance.id());
    }

    /** How long claims last without being renewed. */
    @ManagedAttribute(description = "Milliseconds that claims last without being renewed")
    public long getLeaseMillis() {
        return lease.toMillis();
    }

    /** How many rows there are of each state. Reads the whole table. */
    @ManagedOperation(description = "Number of jobs by state")
    public Map<String, Long> counts() {
        return access(all -> all.maintenance.counts());
    }

    /**
     * A parked job can be claimed again, with no deliveries counted.
     *
     * @param key the column {@code job_key}
     * @return false if there is no parked job of this key
     */
    @ManagedOperation(description = "Makes a parked job available again")
    public boolean retry(String key) {
        return access(all -> all.maintenance.retry(key));
    }

    /**
     * Deletes a parked job, with its result.
     *
     * @param key the column {@code job_key}
     * @return false if there is no parked job of this key
     */
    @ManagedOperation(description = "Deletes a parked job with its result")
    public boolean drop(String key) {
        return access(all -> all.maintenance.drop(key));
    }

    /**
     * Deletes jobs that were delivered before the retention. It happens by itself, too.
     *
     * @return how many
     */
    @ManagedOperation(description = "Deletes delivered jobs that are older than the retention")
    public long purge() {
        return access(all -> all.maintenance.purge(ALL_THE_TIME));
    }

    /** As it is done now and then: for tests, which do not wait. */
    void tidy() throws SQLException {
        jobs.maintenance.tidy();
    }

    /** Without the address of the database, which may carry a password. */
    @Override
    public String toString() {
        return "JdbcJobRepository";
    }
}
