/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.telemetry;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All who observe the jobs of a component. */
public final class JobObservers {

    private static final Logger LOG = LoggerFactory.getLogger(JobObservers.class);

    private final List<JobObserver> observers = new CopyOnWriteArrayList<>();
    /** Guarded by this. */
    private final Set<ObservedEndpoint> open = new HashSet<>();

    /** From here on it is told of what happens, and at once of the endpoints that are open. */
    synchronized void add(JobObserver observer) {
        open.forEach(endpoint -> safely(() -> observer.onOpened(endpoint)));
        observers.add(observer);
    }

    /** Nobody is told any more, but that all is over. Endpoints that stay open are told of to who is added next. */
    synchronized void clear() {
        open.forEach(endpoint -> tell(observer -> observer.onClosed(endpoint)));
        observers.clear();
    }

    synchronized void opened(ObservedEndpoint endpoint) {
        open.add(endpoint);
        tell(observer -> observer.onOpened(endpoint));
    }

    synchronized void closed(ObservedEndpoint endpoint) {
        open.remove(endpoint);
        tell(observer -> observer.onClosed(endpoint));
    }

    /** One that fails must not keep the others from knowing, nor the job from going on. */
    void tell(Consumer<JobObserver> news) {
        for (JobObserver observer : observers) {
            safely(() -> news.accept(observer));
        }
    }

    private static void safely(Runnable news) {
        try {
            news.run();
        } catch (RuntimeException | Error e) {
            LOG.warn("Telemetry failed; the job goes on", e);
        }
    }
}
