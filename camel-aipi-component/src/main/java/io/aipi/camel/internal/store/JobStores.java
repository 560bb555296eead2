/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.store;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.spi.AggregationRepository;
import org.apache.camel.support.service.ServiceHelper;

/** The job stores of a component: one for each repository. */
public final class JobStores {

    private final Supplier<CamelContext> context;
    private final LongSupplier nanoTime;
    private final Map<AggregationRepository, JobStore> stores = new ConcurrentHashMap<>();
    /** Those that were started here. */
    private final Set<AggregationRepository> started = ConcurrentHashMap.newKeySet();

    /** There is none yet. */
    public JobStores(Supplier<CamelContext> context, LongSupplier nanoTime) {
        this.context = context;
        this.nanoTime = nanoTime;
    }

    /** The store of the repository, which is started unless it has been; null for null. Called under a lock of the caller's. */
    public JobStore of(AggregationRepository repository) {
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
        JobStore store = new RepositoryJobStore(context.get(), repository, nanoTime);
        stores.put(repository, store);
        return store;
    }

    /** All that there are. */
    public Collection<JobStore> all() {
        return stores.values();
    }

    /** Stops what was started here, and forgets all. */
    public void close() {
        stores.clear();
        ServiceHelper.stopService(started);
        started.clear();
    }
}
