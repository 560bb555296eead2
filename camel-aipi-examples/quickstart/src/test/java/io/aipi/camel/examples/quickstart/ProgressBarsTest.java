/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobState;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProgressBarsTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ProgressBars bars =
            new ProgressBars(new PrintStream(out, true, StandardCharsets.UTF_8), "sdxl_txt2img");

    private static JobProgress look(String endpoint, JobState state, Double progress, Integer position) {
        return new JobProgress(
                endpoint, "job", state, state.word(), progress, position, null, 1, null, null, List.of(), Map.of());
    }

    private String shown() {
        bars.close();
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void anImageIsShownInPercent() {
        bars.show("camel", look("sdxl_txt2img", JobState.PROCESSING, 40.0, 0), null);

        assertThat(shown()).contains("camel").contains("40%").contains("processing, 40 %");
    }

    @Test
    void aJobThatWaitsShowsItsPlaceInTheQueue() {
        bars.show("haiku", look("llama2_chat", JobState.QUEUED, 0.0, 3), null);

        assertThat(shown()).contains("haiku").contains("queued, position 3");
    }

    @Test
    void anAnswerOfUnknownLengthIsWholeWhenItIsDone() {
        bars.show("haiku", look("llama2_chat", JobState.PROCESSING, 7.0, 0), null);
        bars.show("haiku", look("llama2_chat", JobState.DONE, null, null), null);

        assertThat(shown()).contains("100%").contains("7/7").contains("done");
    }
}
