/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.http;

import io.aipi.client.options.ConnectionOptions;
import io.aipi.client.spi.Scheduler;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import org.apache.hc.core5.util.TimeValue;

/** Real transports with something of the test's in them. */
public final class Transports {

    private Transports() {}

    /** One that uses idle connections again, however slow the machine is between two calls. */
    public static Transport keepingConnections(
            ConnectionOptions options, Scheduler scheduler, HostLookup lookup, ThreadFactory threads) {
        return new HttpTransport(
                options.withConnectionTimeToLive(Duration.ZERO),
                scheduler,
                lookup,
                new ResponseMemory(0),
                threads,
                "test",
                TimeValue.ofDays(1));
    }
}
