/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.quarkus;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.simulator.AipiSimulator;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.ByteArrayInputStream;
import java.net.http.HttpResponse;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(value = Server.class, restrictToAnnotatedClass = true)
class PromptsTest {

    @TestHTTPResource
    String url;

    AipiSimulator server;

    @Test
    void aPromptIsAnswered() throws Exception {
        HttpResponse<byte[]> response = Http.post(url + "chat", "A haiku");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(Http.text(response)).contains("A haiku");
        assertThat(server.stats().logins()).isPositive();
    }

    @Test
    void anImageIsAnImage() throws Exception {
        HttpResponse<byte[]> response = Http.post(url + "image", "A camel");

        assertThat(response.headers().firstValue("Content-Type")).contains("image/png");
        assertThat(ImageIO.read(new ByteArrayInputStream(response.body()))).isNotNull();
    }

    @Test
    void aFailureIsToldWithItsReason() throws Exception {
        HttpResponse<byte[]> failed = Http.post(url + "chat", "Hello @error=Out_of_memory");
        HttpResponse<byte[]> refused = Http.post(url + "chat", "");

        assertThat(failed.statusCode()).isEqualTo(502);
        assertThat(Http.text(failed)).contains("Out of memory");
        assertThat(refused.statusCode()).isEqualTo(400);
    }
}
