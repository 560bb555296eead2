/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.client;

import io.aipi.camel.benchmarks.store.StoreCounts;
import io.aipi.camel.benchmarks.telemetry.TelemetryCounts;

/**
 * What the client knows of a phase.
 *
 * @param results what has become of the jobs
 * @param cost what they took
 * @param store what was asked of the store; null without one
 * @param telemetry what meters and spans say of the jobs; null without them
 * @param backlog what became of the jobs that were stored before; null if there were none
 */
public record ClientReport(Results results, Cost cost, StoreCounts store, TelemetryCounts telemetry, Backlog backlog) {}
