/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client;

import io.aipi.client.internal.http.HostLookup;
import io.aipi.client.internal.http.HttpTransport;
import io.aipi.client.internal.http.ResponseMemory;
import io.aipi.client.internal.http.Transports;
import io.aipi.client.spi.Scheduler;
import io.aipi.client.spi.SystemScheduler;
import java.time.Clock;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ThreadFactory;

/** Runtimes with something of the test's in them. */
public final class Runtimes {

    private Runtimes() {}

    /** Resources as {@link ClientResources#create} makes it, but with this clock. */
    public static ClientResources withClock(Clock clock) {
        ThreadFactory threads = threads("aipi-with-clock");
        SystemScheduler scheduler = new SystemScheduler(threads);
        HostLookup lookup = new HostLookup(threads);
        return new ClientResources(
                scheduler,
                clock,
                ForkJoinPool.commonPool(),
                options -> new HttpTransport(options, scheduler, lookup, new ResponseMemory(0), threads, "test"),
                () -> {
                    scheduler.close();
                    lookup.close();
                });
    }

    /**
     * Resources as {@link ClientResources#create} makes it, but nothing is ever late unless this scheduler says so, and connections
     * are used again however long they were idle.
     */
    public static ClientResources withScheduler(Scheduler scheduler) {
        ThreadFactory threads = threads("aipi-with-scheduler");
        HostLookup lookup = new HostLookup(threads);
        return new ClientResources(
                scheduler,
                Clock.systemUTC(),
                ForkJoinPool.commonPool(),
                options -> Transports.keepingConnections(options, scheduler, lookup, threads),
                lookup::close);
    }

    private static ThreadFactory threads(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }
}
