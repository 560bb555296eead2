/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.contract;

import static io.aipi.client.contract.Response.json;
import static io.aipi.client.contract.Response.recorded;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.aipi.client.ModelEndpoint;
import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.Media;
import io.aipi.client.options.JobOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("13. Images come as data URIs or as bare base64, and go as data URIs")
class ImagesTest {

    private static final String JOB = "87c45f9a-92d9-4ab7-af3d-eb3a4ad88abd#28";
    private static final JobOptions FAST = ReplayServer.FAST.withPollFailureTimeout(Duration.ZERO);

    @RegisterExtension
    static final ReplayServer SERVER = new ReplayServer();

    @BeforeEach
    void login() {
        SERVER.served096();
    }

    @Nested
    @DisplayName("a result's images")
    class OfAResult {

        private JobResult result(Response response) {
            SERVER.onProgress(response);
            return Outcome.of(SERVER.llama2(FAST).follow(JOB, null));
        }

        private JobResult resultWith(String field, String value) {
            return result(json(
                    200,
                    "{\"success\": true, \"job_state\": \"done\", \"job_result\": {\"" + field + "\": " + value
                            + "}}"));
        }

        @Test
        void mayBeJpegWrittenInCapitals() {
            JobResult result = result(recorded(104));

            assertThat(result.images()).singleElement().satisfies(image -> {
                assertThat(image.name()).isEqualTo("images");
                assertThat(image.mediaType()).isEqualTo("image/jpeg");
                assertThat(image.fileExtension()).isEqualTo("jpg");
                assertThat(image.bytes()).hasSize((10_527 - "data:image/JPEG;base64,".length()) / 4 * 3);
            });
        }

        @Test
        void mayBeSeveralPng() {
            JobResult result = result(recorded(107));

            assertThat(result.images()).hasSize(2).allSatisfy(image -> {
                assertThat(image.mediaType()).isEqualTo("image/png");
                assertThat(image.bytes()).startsWith(0x89, 'P', 'N', 'G');
            });
        }

        @Test
        void areBareBase64InTheDocuments() {
            JobResult result = result(Documented.done());

            assertThat(result.images()).hasSize(2).allSatisfy(image -> {
                assertThat(image.mediaType()).isEqualTo("image/png");
                assertThat(image.bytes()).isEqualTo(Base64.getDecoder().decode(Documented.IMAGE));
            });
        }

        @Test
        void areWhatTheirBytesSayWhateverTheServerCallsThem() {
            JobResult result = resultWith("images", "[\"data:image/jpeg;base64," + Documented.IMAGE + "\"]");

            assertThat(result.images())
                    .singleElement()
                    .extracting(Media::mediaType)
                    .isEqualTo("image/png");
        }

        @Test
        void mayBeOneImageInPlaceOfAList() {
            JobResult result = resultWith("image", "\"data:image/PNG;base64," + Documented.IMAGE + "\"");

            assertThat(result.images()).hasSize(1);
            assertThat(result.field("image")).isInstanceOf(Media.class);
        }

        @Test
        void mayBeNone() {
            assertThat(resultWith("images", "[]").images()).isEmpty();
        }

        @Test
        void doNotIncludeTextsThatLookLikeBase64() {
            JobResult result = resultWith("text", "\"iVBORw0KGgo=\"");

            assertThat(result.text()).isEqualTo("iVBORw0KGgo=");
            assertThat(result.media()).isEmpty();
        }

        @Test
        void thatAreNoBase64AreLeftAsText() {
            JobResult result = resultWith("images", "[\"data:image/png;base64,@@@@\", \"see attachment\"]");

            assertThat(result.media()).isEmpty();
            assertThat(result.field("images"))
                    .asInstanceOf(InstanceOfAssertFactories.LIST)
                    .containsExactly("data:image/png;base64,@@@@", "see attachment");
        }
    }

    @Nested
    @DisplayName("previews in the progress")
    class OfTheProgress {

        @Test
        void areDecodedForAListener() {
            SERVER.onProgress(recorded(103));

            assertThat(Outcome.of(SERVER.llama2().poll(JOB)).progress().media())
                    .singleElement()
                    .satisfies(preview -> {
                        assertThat(preview.name()).isEqualTo("progress_images");
                        assertThat(preview.mediaType()).isEqualTo("image/jpeg");
                    });
        }

        @Test
        void mayBePng() {
            SERVER.onProgress(recorded(106));

            assertThat(Outcome.of(SERVER.llama2().poll(JOB)).progress().media())
                    .isNotEmpty()
                    .allMatch(preview -> preview.mediaType().equals("image/png"));
        }
    }

    @Nested
    @DisplayName("an input image")
    class AsInput {

        private static final byte[] PNG = Base64.getDecoder().decode(Documented.IMAGE);

        /** A description with an image among the parameters; the recordings have none. */
        private static final String DESCRIPTION = """
                {"name": "stable_diffusion_3_5", "parameter_description": {"input": {
                  "prompt": {"type": "string", "required": true},
                  "image": {"type": "image"}}}}""";

        private final AipiRequest request = AipiRequest.ofPrompt("x");

        private ModelEndpoint stableDiffusion() {
            SERVER.on("POST", "/stable_diffusion_3_5", recorded(219));
            return SERVER.client().endpoint("stable_diffusion_3_5", FAST);
        }

        private JsonNode sent(Object image) {
            Outcome.of(stableDiffusion().submit(request.with("image", image)));
            return SERVER.bodies("/stable_diffusion_3_5").get(0).path("image");
        }

        @Test
        void getsItsDataUriPrefixFromItsBytes() {
            assertThat(sent(PNG).textValue()).isEqualTo("data:image/png;base64," + Documented.IMAGE);
        }

        @Test
        void keepsTheTypeThatTheUserGivesIt() {
            assertThat(sent(new Media(null, "image/x-raw", new byte[] {1, 2, 3}))
                            .textValue())
                    .isEqualTo("data:image/x-raw;base64,AQID");
        }

        @Test
        void thatIsADataUriAlreadyIsSentAsItIs() {
            String recorded = Transcript.number(219).request().path("image").textValue();

            assertThat(sent(recorded).textValue()).isEqualTo(recorded).startsWith("data:image/png;base64,");
        }

        @Test
        void withoutItsPrefixIsRefusedBeforeItHangsTheServer() {
            SERVER.on("GET", "/api/endpoints/stable_diffusion_3_5", json(200, DESCRIPTION));
            String recorded = Transcript.number(217).request().path("image").textValue();

            InvalidRequestException invalid = Outcome.failure(
                    InvalidRequestException.class, stableDiffusion().submit(request.with("image", recorded)));

            assertThat(invalid).hasMessageContaining("data:image/png;base64,");
            assertThat(invalid.getMessage()).doesNotContain(recorded.substring(0, 30));
            assertThat(SERVER.bodies("/stable_diffusion_3_5")).isEmpty();
        }

        @Test
        void ofBytesThatAreNoKnownFileIsRefused() {
            InvalidRequestException invalid = Outcome.failure(
                    InvalidRequestException.class,
                    stableDiffusion().submit(request.with("image", "hello".getBytes(StandardCharsets.UTF_8))));

            assertThat(invalid).hasMessageContaining("image");
        }
    }
}
