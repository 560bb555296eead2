/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.store;

import io.aipi.camel.store.JobRepository;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.support.service.ServiceHelper;

/** The job stores of a component: one for each repository. Each lease is renewed on a thread of its own, which nothing delays. */
public final class JobStores {

    private final Supplier<CamelContext> context;
    private final LongSupplier nanoTime;
    private final Map<JobRepository, JobStore> stores = new ConcurrentHashMap<>();
    private final Map<JobRepository, ScheduledExecutorService> renewals = new ConcurrentHashMap<>();
    /** Those that were started here. */
    private final Set<JobRepository> started = ConcurrentHashMap.newKeySet();

    /** There is none yet. */
    public JobStores(Supplier<CamelContext> context, LongSupplier nanoTime) {
        this.context = context;
        this.nanoTime = nanoTime;
    }

    /** The store of the repository, which is started unless it has been; null for null. Called under a lock of the caller's. */
    public JobStore of(JobRepository repository) {
        if (repository == null) {
            return null;
        }
        JobStore present = stores.get(repository);
        if (present != null) {
            return present;
        }
        if (!ServiceHelper.isStarted(repository)) {
            // what others have started is theirs to stop
            started.add(repository);
            CamelContextAware.trySetCamelContext(repository, context.get());
            ServiceHelper.startService(repository);
        }
        JobStore store = new JobStore(repository, nanoTime);
        stores.put(repository, store);
        renew(store);
        return store;
    }

    private void renew(JobStore store) {
        if (store.lease().interval() != null) {
            ScheduledExecutorService thread =
                    context.get().getExecutorServiceManager().newSingleThreadScheduledExecutor(this, "AipiLease");
            // whoever has started the repository may have done so long ago
            store.lease().renew();
            long millis = store.lease().interval().toMillis();
            thread.scheduleWithFixedDelay(store.lease()::renew, millis, millis, TimeUnit.MILLISECONDS);
            renewals.put(store.repository(), thread);
        }
    }

    /** All that there are. */
    public Collection<JobStore> all() {
        return stores.values();
    }

    /** Stops what was started here, and forgets all. */
    public void close() {
        renewals.values()
                .forEach(thread -> context.get().getExecutorServiceManager().shutdownNow(thread));
        renewals.clear();
        stores.clear();
        ServiceHelper.stopService(started);
        started.clear();
    }
}
