/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks;

import io.aipi.camel.benchmarks.control.ClockOffset;

/**
 * The clocks of the two processes of a run, each known by its offset from this process's.
 *
 * @param server the server's
 * @param client the client's
 */
record Clocks(ClockOffset server, ClockOffset client) {

    /** Nanoseconds from a moment at the server to a moment at the client. */
    long between(long atServer, long atClient) {
        return client.here(atClient) - server.here(atServer);
    }

    double errorMillis() {
        return (server.errorNanos() + client.errorNanos()) / 1e6;
    }
}
