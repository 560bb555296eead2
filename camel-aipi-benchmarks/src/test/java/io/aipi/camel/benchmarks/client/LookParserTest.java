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

class LookParserTest {

    private static Look parse(String answer) throws Exception {
        return LookParser.parse(answer.replace('\'', '"').getBytes(UTF_8));
    }

    @Test
    void anAcceptanceHasTheJob() throws Exception {
        Look look = parse("{'success':true,'job_id':'a#1','ep_version':1}");

        assertThat(look.jobId()).isEqualTo("a#1");
        assertThat(look.isDone()).isFalse();
    }

    @Test
    void aTextOnItsWayIsNoResult() throws Exception {
        Look look = parse("{'job_id':'a#1','job_state':'processing','progress':{'progress':5,'progress_data':"
                + "{'text':'You','num_generated_tokens':5},'queue_position':0,'estimate':0.2}}");

        assertThat(look.isDone()).isFalse();
        assertThat(look.state()).isEqualTo("processing");
        assertThat(look.progress()).isEqualTo(5);
        assertThat(look.countsTokens()).isTrue();
        assertThat(look.queuePosition()).isZero();
    }

    @Test
    void aResultIsInAPollOrOnAHeldRequest() throws Exception {
        String result = "{'success':true,'text':'You said: x','num_generated_tokens':3,'compute_duration':4.082}";

        Look polled = parse("{'job_result':" + result + ",'job_state':'done'}");
        assertThat(polled.isDone()).isTrue();
        assertThat(polled.computeSeconds()).isEqualTo(4.082);
        assertThat(parse(result).result()).isEqualTo("You said: x");
    }

    @Test
    void picturesAreDecoded() throws Exception {
        Look look = parse("{'job_result':{'images':['data:image/PNG;base64,AQID','data:image/PNG;base64,BA==']}}");

        assertThat((List<?>) look.result()).hasSize(2).first().isEqualTo(new byte[] {1, 2, 3});
    }
}
