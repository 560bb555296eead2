/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.wire;

import io.aipi.client.internal.http.TransportResponse;
import io.aipi.client.model.JobProgress;
import java.io.IOException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What a poll of a job costs here, the most frequent call of all: the response of a chat in progress becomes a value. */
@State(Scope.Benchmark)
public class ProgressResponseBenchmark {

    private final TransportResponse response =
            Responses.of("""
            {"success": true, "job_id": "f8c6a4b3-4a6e-4a5e-9a3e-1c1f0a6c7b1d#42", "job_state": "processing",
             "ep_version": 3, "progress": {"progress": 137, "queue_position": 0, "estimate": 4.25,
             "num_workers_online": 3, "auth": "gpu-host_model_0", "auth_key": "not to be seen", "job_type": "llama3",
             "progress_data": {"text": "%s", "num_generated_tokens": 137, "current_context_length": 911}}}
            """.formatted("So it was said, and so it was done. ".repeat(15)));

    /** For a job to whose progress nobody listens. */
    @Benchmark
    public JobProgress withoutText() throws IOException {
        return ResponseMapper.progress("llama3_chat", "JID1", ResponseParser.read(response, false));
    }

    /** For a job whose text so far, half a page, is shown. */
    @Benchmark
    public JobProgress withText() throws IOException {
        return ResponseMapper.progress("llama3_chat", "JID1", ResponseParser.read(response, true));
    }
}
