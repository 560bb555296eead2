/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.client.model.JobResult;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** What is written to a client that takes it, or does not. */
class EventStreamsTest {

    private final Queue<Runnable> writers = new ArrayDeque<>();
    private final List<String> told = new ArrayList<>();
    private final Call call = new Call("1", "chat", true);

    /** The whole text, each time that it is asked. */
    private List<String> next() {
        if (!call.result().isDone()) {
            told.add(call.text());
            return List.of(String.valueOf(call.text()));
        }
        told.add("end");
        return List.of("end");
    }

    @Test
    void ofAClientThatIsSlowNothingPilesUp_andItGetsTheEnd() throws Exception {
        new EventStreams(Duration.ofHours(1), writers::add).of(call, this::next, "end");

        for (int i = 0; i < 100; i++) {
            call.progress("text " + i);
        }
        assertThat(told).hasSizeLessThan(5).doesNotContain("text 50");
        call.result().complete(new JobResult("chat", "1", "", List.of(), null, null, null, null, Map.of()));
        while (!writers.isEmpty()) {
            writers.remove().run();
        }

        assertThat(told).hasSizeLessThan(6).last().isEqualTo("end");
    }
}
