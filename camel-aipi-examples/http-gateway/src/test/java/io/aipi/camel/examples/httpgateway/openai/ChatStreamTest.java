/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.JobLapsedException;
import io.aipi.client.model.JobResult;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which events a growing text becomes. */
class ChatStreamTest {

    private final Call call = new Call("1", "chat", true);
    private final ChatStream stream =
            new ChatStream(call, new ChatCompletion.Head("chatcmpl-1", 0, "chat", null), false, new ObjectMapper());

    private static JobResult result(String text) {
        return new JobResult("chat", "job", text, List.of(), null, null, null, null, Map.of("text", text));
    }

    /** The texts of the next events; of an error its code, of the end "[DONE]". */
    private List<String> next() {
        return stream.next().stream()
                .map(event -> event.equals(ChatStream.DONE) ? event : shown(RunningDoor.read(event)))
                .toList();
    }

    private static String shown(JsonNode event) {
        return event.has("error")
                ? event.path("error").path("code").textValue()
                : event.path("choices").path(0).path("delta").path("content").asText("end");
    }

    @Test
    void eachTimeItTellsWhatIsNew_andNothingAfterTheEnd() {
        assertThat(next()).containsExactly("");
        assertThat(next()).isEmpty();
        call.progress("You said");
        assertThat(next()).containsExactly("You said");
        call.progress("You said: a ");
        call.progress("You said: a b ");
        // the blank may not stay
        assertThat(next()).containsExactly(": a b");
        call.result().complete(result("You said: a b c"));
        assertThat(next()).containsExactly(" c", "end", "[DONE]");
        assertThat(next()).isEmpty();
    }

    @Test
    void aTextThatDoesNotGoOnIsPassedOver_andAtTheEndAnError() {
        next();
        call.progress("Let me see");
        next();
        call.progress("You said");
        assertThat(next()).isEmpty();
        call.result().complete(result("You said: a"));
        assertThat(next()).containsExactly("protocol_violation", "[DONE]");
    }

    @Test
    void aJobThatFailsEndsTheStreamWithTheReason() {
        next();
        call.result()
                .completeExceptionally(new JobLapsedException(
                        "secret words", JobLapsedException.Reason.LAPSED, ErrorContext.of("chat")));

        assertThat(stream.next().get(0)).contains("job_lapsed").doesNotContain("secret");
    }
}
