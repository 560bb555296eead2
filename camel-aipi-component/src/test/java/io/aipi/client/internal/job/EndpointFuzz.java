/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.job;

import io.aipi.client.internal.api.AipiApi;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.options.JobOptions;
import io.aipi.client.options.LoginMode;
import io.aipi.client.spi.VirtualScheduler;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a server says of its endpoints, and what it makes of parameters: descriptions with any types, names, bounds.
 * Behind the first zero byte of the input stand the parameters, a line each.
 */
public final class EndpointFuzz {

    private EndpointFuzz() {}

    /** Called by the fuzzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        int zero = 1;
        while (zero < input.length && input[zero] != 0) {
            zero++;
        }
        int end = Math.min(zero, input.length);
        Map<String, Object> parameters = parameters(new String(
                input, Math.min(end + 1, input.length), Math.max(0, input.length - end - 1), StandardCharsets.UTF_8));
        byte[] responses = Arrays.copyOf(input, end);
        FuzzedServer queried = FuzzedServer.afterLogin(responses);
        AipiApi calls = queried.calls(LoginMode.SHARED, new VirtualScheduler());
        queried.outcome(calls.login(FuzzedServer.ENDPOINT, FuzzedServer.SOON));
        queried.outcome(calls.list(FuzzedServer.SOON));
        queried.outcome(calls.validateKey(FuzzedServer.SOON));
        queried.outcome(calls.describe(FuzzedServer.ENDPOINT, FuzzedServer.SOON));

        FuzzedServer server = FuzzedServer.afterLogin(responses);
        JobOptions options =
                server.flag(0) ? JobOptions.defaults().withFixedParameters(parameters) : JobOptions.defaults();
        VirtualScheduler scheduler = new VirtualScheduler();
        JobClient jobs = server.jobs(options, scheduler);
        server.outcome(jobs.start());
        String prompt = server.flag(1) ? "hello" : null;
        var submission = jobs.submit(new AipiRequest(prompt, server.flag(0) ? Map.of() : parameters));
        while (!submission.isDone() && scheduler.advanceToNext()) {
            // the server may ask to wait
        }
        server.outcome(submission);
    }

    private static Map<String, Object> parameters(String lines) {
        Map<String, Object> parameters = new LinkedHashMap<>();
        for (String line : lines.split("\n", 50)) {
            String[] parts = line.split("=", 2);
            if (parts.length == 2) {
                parameters.put(parts[0], parts[1]);
            }
        }
        return parameters;
    }
}
