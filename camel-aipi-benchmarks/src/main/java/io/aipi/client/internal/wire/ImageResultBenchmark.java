/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.wire;

import io.aipi.client.internal.http.TransportResponse;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.Media;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Random;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** From the response that carries images of 3 MB to the result of the job with them decoded. */
@State(Scope.Benchmark)
public class ImageResultBenchmark {

    private static final int SIZE = 3_000_000;

    /** How many. */
    @Param({"1", "4"})
    int images;

    private TransportResponse response;

    /** Makes the response. */
    @Setup
    public void response() {
        String image = '"' + new Media(null, "image/png", image()).toDataUri() + '"';
        response = Responses.of(
                "{\"success\": true, \"job_id\": \"JID1\", \"job_state\": \"done\", \"job_result\": {\"images\": ["
                        + String.join(", ", Collections.nCopies(images, image))
                        + "], \"seed\": 7, \"compute_duration\": 3.5, \"total_duration\": 3.9}}");
    }

    /** Bytes without a pattern, as those of a compressed picture are, after the signature of one. */
    static byte[] image() {
        byte[] image = new byte[SIZE];
        new Random(7).nextBytes(image);
        byte[] signature = "\u0089PNG\r\n\u001a\n".getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(signature, 0, image, 0, signature.length);
        return image;
    }

    /** Reads it. */
    @Benchmark
    public JobResult read() throws IOException {
        return ResponseMapper.result("painter", "JID1", ResponseMapper.resultIn(ResponseParser.read(response, false)));
    }
}
