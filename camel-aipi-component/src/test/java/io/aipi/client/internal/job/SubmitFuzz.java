/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.job;

import io.aipi.client.internal.api.AipiApi;
import io.aipi.client.model.Submission;
import io.aipi.client.options.LoginMode;
import io.aipi.client.spi.VirtualScheduler;
import java.util.Map;

/** The responses to submits, held and not. */
public final class SubmitFuzz {

    private SubmitFuzz() {}

    /** Called by the fuzzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        FuzzedServer server = FuzzedServer.afterLogin(input);
        AipiApi calls = server.calls(server.flag(0) ? LoginMode.NONE : LoginMode.SHARED, new VirtualScheduler());
        // one after the other, so that the second meets the later responses
        check(
                server,
                server.outcome(calls.submit(
                        FuzzedServer.ENDPOINT, Map.of("prompt", "hello"), FuzzedServer.SOON, () -> FuzzedServer.SOON)));
        check(
                server,
                server.outcome(calls.submitHeld(
                        FuzzedServer.ENDPOINT, Map.of("prompt", "hello"), FuzzedServer.SOON, () -> FuzzedServer.SOON)));
    }

    private static void check(FuzzedServer server, Submission submission) {
        if (submission == null) {
            return;
        }
        if (submission.jobId() == null && submission.result() == null) {
            throw new AssertionError("accepted, but as what?");
        }
        if (submission.jobId() != null) {
            server.check(submission.jobId());
        }
    }
}
