/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.report;

import io.aipi.camel.benchmarks.plan.ClientKind;
import java.util.List;
import java.util.Map;

/** Rows with made-up figures. */
final class Rows {

    private Rows() {}

    static Row row(String load, ClientKind client, double polls, double delay) {
        return row(load, client, polls, delay, 0);
    }

    static Row row(String load, ClientKind client, double polls, double delay, int failed) {
        return row(load, client, polls, delay, failed, 50, 0.5, null, null);
    }

    /** Of a client with detached jobs. */
    static Row row(String load, ClientKind client, double jobsPerSecond, double cpuMillis, StoreFigures store) {
        return row(load, client, 1, 100, 0, jobsPerSecond, cpuMillis, store, null);
    }

    /** Of a client with meters and spans. */
    static Row row(String load, ClientKind client, double cpuMillis, TelemetryFigures telemetry) {
        return row(load, client, 1, 100, 0, 50, cpuMillis, null, telemetry);
    }

    private static Row row(
            String load,
            ClientKind client,
            double polls,
            double delay,
            int failed,
            double jobsPerSecond,
            double cpuMillis,
            StoreFigures store,
            TelemetryFigures telemetry) {
        return new Row(
                load,
                client.id(),
                10,
                300,
                2,
                100,
                failed,
                jobsPerSecond,
                cpuMillis,
                1000,
                100,
                Double.NaN,
                8,
                0,
                3,
                polls,
                Map.of(),
                new Delay(delay, delay, delay, delay, delay),
                0.1,
                0.1,
                0.01,
                store,
                telemetry,
                List.of());
    }
}
