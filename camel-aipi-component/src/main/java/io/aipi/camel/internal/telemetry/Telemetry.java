/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.telemetry;

import io.aipi.camel.internal.ElasticExecutor;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds out who observes the jobs of a component: events always, meters and spans where their libraries are there. */
public final class Telemetry {

    private static final Logger LOG = LoggerFactory.getLogger(Telemetry.class);

    private final Supplier<CamelContext> context;
    private final Supplier<ElasticExecutor> threads;
    private final JobObservers observers = new JobObservers();
    /** Guarded by this. */
    private boolean started;
    /** Whether meters were found, or will not come any more. */
    private volatile boolean settled;

    /** {@code threads} are those that the user's code may block. */
    public Telemetry(Supplier<CamelContext> context, Supplier<ElasticExecutor> threads) {
        this.context = context;
        this.threads = threads;
    }

    /** Who is told of what happens. */
    public JobObservers observers() {
        return observers;
    }

    /** An endpoint is about to open. What fails here must not keep it from opening. */
    public void prepare() {
        try {
            addUsual();
            addMeters();
        } catch (RuntimeException | Error e) {
            LOG.warn("The jobs of aipi endpoints are not observed as they should be", e);
        }
    }

    private synchronized void addUsual() {
        if (!started) {
            started = true;
            observers.add(new JobEvents(context, threads));
            if (isThere("org.apache.camel.telemetry.Span")) {
                observers.add(new SpanEvents());
            }
        }
    }

    /** A registry of meters may be bound after the component was made, and not after the context has started. */
    private void addMeters() {
        if (settled) {
            return;
        }
        boolean isLast = context.get().isStarted();
        // without a lock: beans may be made by this
        Optional<JobObserver> meters = isThere("io.micrometer.core.instrument.MeterRegistry")
                ? JobMeters.find(context.get())
                : Optional.empty();
        synchronized (this) {
            if (!settled) {
                settled = isLast || meters.isPresent();
                meters.ifPresent(observers::add);
            }
        }
    }

    /** The component has stopped. */
    public synchronized void stop() {
        started = false;
        settled = false;
        observers.clear();
    }

    private static boolean isThere(String className) {
        try {
            Class.forName(className, false, Telemetry.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException | LinkageError absent) {
            return false;
        }
    }
}
