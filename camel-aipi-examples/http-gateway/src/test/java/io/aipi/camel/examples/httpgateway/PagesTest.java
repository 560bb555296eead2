/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.client.model.JobResult;
import io.aipi.client.model.Media;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PagesTest {

    private static final byte[] PROGRAM = "<svg onload='alert(1)'/>".getBytes(StandardCharsets.UTF_8);

    /** A browser would run it as this gateway's. */
    @ParameterizedTest
    @ValueSource(strings = {"image/svg+xml", "text/html", "application/xhtml+xml", "application/thing"})
    void aFileOfAnUnknownKindIsNotServedAsWhatTheServerCallsIt(String declared) {
        Message page = answer(new Media("image", declared, PROGRAM));

        assertThat(page.getHeader(Exchange.CONTENT_TYPE)).isEqualTo("application/octet-stream");
        assertThat(page.getHeader("X-Content-Type-Options")).isEqualTo("nosniff");
    }

    @Test
    void aPictureIsServedAsOne() {
        byte[] gif = "GIF89a\1\0\1\0".getBytes(StandardCharsets.US_ASCII);

        assertThat(answer(Media.of(gif)).getHeader(Exchange.CONTENT_TYPE)).isEqualTo("image/gif");
    }

    private static Message answer(Media only) {
        Exchange exchange = new DefaultExchange(new DefaultCamelContext());
        exchange.getMessage()
                .setBody(new JobResult("sdxl", "JID1", null, List.of(only), null, null, null, null, Map.of()));
        new Pages(null, "127.0.0.1", "llama2_chat").answer(exchange);
        return exchange.getMessage();
    }
}
