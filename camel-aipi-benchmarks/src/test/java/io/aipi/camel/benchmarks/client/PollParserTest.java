/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class PollParserTest {

    private static PollResult parse(String response) throws Exception {
        return PollParser.parse(response.replace('\'', '"').getBytes(UTF_8));
    }

    @Test
    void anAcceptanceHasTheJob() throws Exception {
        PollResult poll = parse("{'success':true,'job_id':'a#1','ep_version':1}");

        assertThat(poll.jobId()).isEqualTo("a#1");
        assertThat(poll.isDone()).isFalse();
    }

    @Test
    void aTextOnItsWayIsNoResult() throws Exception {
        PollResult poll = parse("{'job_id':'a#1','job_state':'processing','progress':{'progress':5,'progress_data':"
                + "{'text':'You','num_generated_tokens':5},'queue_position':0,'estimate':0.2}}");

        assertThat(poll.isDone()).isFalse();
        assertThat(poll.state()).isEqualTo("processing");
        assertThat(poll.progress()).isEqualTo(5);
        assertThat(poll.countsTokens()).isTrue();
        assertThat(poll.queuePosition()).isZero();
    }

    @Test
    void aResultIsInAPollOrOnAHeldRequest() throws Exception {
        String result = "{'success':true,'text':'You said: x','num_generated_tokens':3,'compute_duration':4.082}";

        PollResult polled = parse("{'job_result':" + result + ",'job_state':'done'}");
        assertThat(polled.isDone()).isTrue();
        assertThat(polled.computeSeconds()).isEqualTo(4.082);
        assertThat(parse(result).result()).isEqualTo("You said: x");
    }

    @Test
    void picturesAreDecoded() throws Exception {
        PollResult poll =
                parse("{'job_result':{'images':['data:image/PNG;base64,AQID','data:image/PNG;base64,BA==']}}");

        assertThat((List<?>) poll.result()).hasSize(2).first().isEqualTo(new byte[] {1, 2, 3});
    }
}
