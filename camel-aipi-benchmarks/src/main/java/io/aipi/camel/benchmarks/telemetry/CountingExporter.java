/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.telemetry;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicLong;

/** Counts spans and throws them away. */
final class CountingExporter implements SpanExporter {

    private static final AttributeKey<String> PROVIDER = AttributeKey.stringKey("gen_ai.provider.name");

    private final AtomicLong all = new AtomicLong();
    private final AtomicLong ofJobs = new AtomicLong();

    /** All spans so far. */
    long all() {
        return all.get();
    }

    /** Those of the component: one for each job that is waited for. */
    long ofJobs() {
        return ofJobs.get();
    }

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
        all.addAndGet(spans.size());
        ofJobs.addAndGet(spans.stream()
                .filter(span -> "aipi".equals(span.getAttributes().get(PROVIDER)))
                .count());
        return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode flush() {
        return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
        return CompletableResultCode.ofSuccess();
    }
}
