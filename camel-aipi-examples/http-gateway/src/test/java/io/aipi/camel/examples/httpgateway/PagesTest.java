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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;

class PagesTest {

    private static final byte[] PROGRAM = "<svg onload='alert(1)'/>".getBytes(StandardCharsets.UTF_8);

    /** A browser would run it as this gateway's. */
    @ParameterizedTest
    @ValueSource(strings = {"image/svg+xml", "text/html", "application/xhtml+xml", "application/thing"})
    void aFileOfAnUnknownKindIsNotServedAsWhatTheServerCallsIt(String declared) {
        HttpHeaders page = answer(new Media("image", declared, PROGRAM)).getHeaders();

        assertThat(page.getContentType()).isEqualTo(MediaType.APPLICATION_OCTET_STREAM);
    }

    @Test
    void aPictureIsServedAsOne() {
        byte[] gif = "GIF89a\1\0\1\0".getBytes(StandardCharsets.US_ASCII);

        assertThat(answer(Media.of(gif)).getHeaders().getContentType()).isEqualTo(MediaType.IMAGE_GIF);
    }

    private static ResponseEntity<Object> answer(Media only) {
        return Pages.answer(new JobResult("sdxl", "JID1", null, List.of(only), null, null, null, null, Map.of()));
    }
}
