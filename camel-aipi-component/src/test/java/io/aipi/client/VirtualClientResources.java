/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client;

import io.aipi.client.internal.http.Transport;
import io.aipi.client.spi.Scheduler;
import java.time.Clock;
import java.util.concurrent.Executor;

/** Runtimes without threads and connections, for tests that bring their own time and server. */
public final class VirtualClientResources {

    private VirtualClientResources() {}

    /** All clients of the resources share the one transport. */
    public static ClientResources of(Scheduler scheduler, Clock clock, Executor workers, Transport transport) {
        return new ClientResources(scheduler, clock, workers, options -> transport, () -> {});
    }
}
