/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.store;

import io.aipi.camel.store.JobRepository;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether what this process has claimed in a repository is still its own. It is as long as the lease from the last renewal has
 * not passed, by the clocks of this process, less what the clocks may differ in speed.
 *
 * <p>Invariant: while {@link #isValid} is true, no other instance can have claimed anything of this one. So whatever must not
 * be done twice (a poll, which takes a result out of the server, and a delivery) begins only then.
 *
 * <p>A process can stand still: it is stopped, or its machine sleeps. Some clocks stand still with it. So the time since the
 * last renewal is the longer one of what the monotonic clock and the wall clock say. A wall clock that is set forward costs a
 * renewal, no more.
 */
public final class LeaseKeeper {

    /** Who has claimed something. */
    public interface Holder {

        /** The lease was renewed: what had to wait for that may go on. */
        void onLeaseRenewed();

        /** What {@link #isLost} says of is somebody else's. */
        void onLeaseLost();
    }

    private static final Logger LOG = LoggerFactory.getLogger(LeaseKeeper.class);

    /** Renewals in a lease. */
    private static final int RENEWALS = 4;

    /** What of a lease is left over for clocks that differ in speed, in parts. */
    private static final int MARGIN = 10;

    private final JobRepository repository;
    private final LongSupplier nanoTime;
    private final LongSupplier millis;
    private final List<Holder> holders = new CopyOnWriteArrayList<>();
    private final Duration lease;

    /** Where nothing was renewed yet, nothing was claimed either. */
    private volatile boolean held = true;

    /** Null before the first renewal. */
    private volatile String name;

    private volatile long renewedNanos;
    private volatile long renewedMillis;

    LeaseKeeper(JobRepository repository, LongSupplier nanoTime) {
        this(repository, nanoTime, System::currentTimeMillis);
    }

    LeaseKeeper(JobRepository repository, LongSupplier nanoTime, LongSupplier millis) {
        this.repository = repository;
        this.nanoTime = nanoTime;
        this.millis = millis;
        this.lease = repository.lease();
        renewedNanos = nanoTime.getAsLong();
        renewedMillis = millis.getAsLong();
    }

    /** Time between two renewals; null where there is no lease, and nothing to renew. */
    public Duration interval() {
        return lease == null ? null : lease.dividedBy(RENEWALS);
    }

    /** Whether this owner of claims is a lease that is over; null for none. */
    public boolean isLost(String owner) {
        String present = name;
        return owner != null && present != null && !owner.equals(present);
    }

    /** Whether nobody else can have claimed what this process has. */
    public boolean isValid() {
        return lease == null || (held && elapsed().compareTo(lease.minus(lease.dividedBy(MARGIN))) < 0);
    }

    private Duration elapsed() {
        Duration monotonic = Duration.ofNanos(nanoTime.getAsLong() - renewedNanos);
        Duration wall = Duration.ofMillis(millis.getAsLong() - renewedMillis);
        return monotonic.compareTo(wall) > 0 ? monotonic : wall;
    }

    /** Is told of changes from here on. */
    public void add(Holder holder) {
        holders.add(holder);
    }

    /** Is told no more. */
    public void remove(Holder holder) {
        holders.remove(holder);
    }

    /**
     * Renews the lease, and tells the holders what has become of it. Others may renew the lease of this repository, too: whoever
     * is told first that it was lost, all find out by its name. Blocks.
     */
    public synchronized void renew() {
        long nanos = nanoTime.getAsLong();
        long wall = millis.getAsLong();
        String renewed;
        try {
            renewed = repository.renew();
        } catch (RuntimeException | Error e) {
            LOG.debug("The lease of {} is not renewed yet", repository, e);
            return;
        }
        String before = name;
        name = renewed;
        if (before != null && !before.equals(renewed)) {
            LOG.warn(
                    "The lease of {} was lost: this process stood still, or did not reach the database, for longer than {}."
                            + " Other instances go on with its jobs",
                    repository,
                    lease);
        }
        if (!Objects.equals(before, renewed)) {
            held = false;
            tell(Holder::onLeaseLost);
        }
        // by the time at which the renewal was begun: the database may have done it then
        renewedNanos = nanos;
        renewedMillis = wall;
        held = true;
        tell(Holder::onLeaseRenewed);
    }

    /** One that fails must not end the renewals, nor keep the others from knowing. */
    private void tell(Consumer<Holder> news) {
        for (Holder holder : holders) {
            try {
                news.accept(holder);
            } catch (RuntimeException | Error e) {
                LOG.error("A holder of claims in {} has failed with the news of its lease", repository, e);
            }
        }
    }
}
