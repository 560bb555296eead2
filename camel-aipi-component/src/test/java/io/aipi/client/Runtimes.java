/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client;

import io.aipi.client.internal.HostLookup;
import io.aipi.client.internal.HttpTransport;
import io.aipi.client.internal.ResponseMemory;
import io.aipi.client.internal.SystemTimer;
import io.aipi.client.internal.Timer;
import io.aipi.client.internal.Transports;
import java.time.Clock;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ThreadFactory;

/** Runtimes with something of the test's in them. */
public final class Runtimes {

    private Runtimes() {}

    /** A runtime as {@link AipiRuntime#create} makes it, but with this clock. */
    public static AipiRuntime withClock(Clock clock) {
        ThreadFactory threads = threads("aipi-with-clock");
        SystemTimer timer = new SystemTimer(threads);
        HostLookup lookup = new HostLookup(threads);
        return new AipiRuntime(
                timer,
                clock,
                ForkJoinPool.commonPool(),
                options -> new HttpTransport(options, timer, lookup, new ResponseMemory(0), threads, "test"),
                () -> {
                    timer.close();
                    lookup.close();
                });
    }

    /**
     * A runtime as {@link AipiRuntime#create} makes it, but nothing is ever late unless this timer says so, and connections
     * are used again however long they were idle.
     */
    public static AipiRuntime withTimer(Timer timer) {
        ThreadFactory threads = threads("aipi-with-timer");
        HostLookup lookup = new HostLookup(threads);
        return new AipiRuntime(
                timer,
                Clock.systemUTC(),
                ForkJoinPool.commonPool(),
                options -> Transports.keepingConnections(options, timer, lookup, threads),
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
