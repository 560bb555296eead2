/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.job;

import io.aipi.client.internal.api.AipiApi;
import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobStatus;
import io.aipi.client.options.LoginMode;
import io.aipi.client.spi.VirtualScheduler;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** The responses to polls a job, with what the worker has made so far and without. */
public final class ProgressFuzz {

    private ProgressFuzz() {}

    /** Called by the fuzzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        JobStatus with = poll(input, true);
        JobStatus without = poll(input, false);
        if (with != null) {
            check(with.progress());
        }
        // what is skipped is not polled: nonsense there fails a poll only if somebody listens
        if (with != null && without != null) {
            if (with.progress().state() != without.progress().state()
                    || !Objects.equals(fields(with), fields(without))
                    || !Objects.equals(
                            with.progress().progress(), without.progress().progress())) {
                throw new AssertionError("what a poll sees depends on whether somebody listens");
            }
        }
    }

    private static JobStatus poll(byte[] input, boolean withData) {
        FuzzedServer server = FuzzedServer.afterLogin(input);
        AipiApi calls = server.calls(server.flag(0) ? LoginMode.NONE : LoginMode.SHARED, new VirtualScheduler());
        JobStatus status = server.outcome(calls.progress(
                FuzzedServer.ENDPOINT, calls.named("JID1"), withData, FuzzedServer.SOON, () -> FuzzedServer.SOON));
        if (status != null) {
            server.check(status.progress().toString());
        }
        return status;
    }

    /** Of a result that stands beside the progress, what the two share belongs to the progress. */
    private static Map<String, Object> fields(JobStatus status) {
        if (status.result() == null) {
            return null;
        }
        Map<String, Object> fields = new HashMap<>(status.result().fields());
        fields.remove("progress");
        return fields;
    }

    private static void check(JobProgress progress) {
        Double percent = progress.progress();
        if (percent != null && !Double.isFinite(percent)) {
            throw new AssertionError("no progress: " + percent);
        }
        if (progress.estimate() != null && progress.estimate().isNegative()) {
            throw new AssertionError("no estimate: " + progress.estimate());
        }
        progress.toJson();
    }
}
