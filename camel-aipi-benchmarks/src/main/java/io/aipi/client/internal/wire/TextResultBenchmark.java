/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.wire;

import io.aipi.client.internal.http.TransportResponse;
import io.aipi.client.model.JobResult;
import java.io.IOException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** From the response that carries a text to the result of the job. */
@State(Scope.Benchmark)
public class TextResultBenchmark {

    private static final String SENTENCE = "The llama said \\\"na\u00efve\\\", and was not understood.\\n";

    /** Bytes of the text, about. */
    @Param({"1000", "100000"})
    int size;

    private TransportResponse response;

    /** Makes the response. */
    @Setup
    public void response() {
        response = Responses.of("""
                {"success": true, "job_id": "JID1", "job_state": "done", "job_result": {"success": true,
                 "text": "%s", "num_generated_tokens": 250, "compute_duration": 3.5, "total_duration": 3.9,
                 "auth": "gpu-host_model_0", "auth_key": "not to be seen", "worker_interface_version": "AIME 0.9.6"}}
                """.formatted(SENTENCE.repeat(size / SENTENCE.length())));
    }

    /** Reads it. */
    @Benchmark
    public JobResult read() throws IOException {
        return ResponseMapper.result(
                "llama3_chat", "JID1", ResponseMapper.resultIn(ResponseParser.read(response, false)));
    }
}
