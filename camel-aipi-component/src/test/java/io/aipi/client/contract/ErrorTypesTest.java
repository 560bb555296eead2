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

import io.aipi.client.error.AipiException;
import io.aipi.client.error.AuthenticationException;
import io.aipi.client.error.EndpointUnavailableException;
import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.error.JobFailedException;
import io.aipi.client.error.JobLapsedException;
import io.aipi.client.error.NotAllowedException;
import io.aipi.client.error.ProtocolViolationException;
import io.aipi.client.error.QueueFullException;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.Submission;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("4. \"error\" has two types, and framework errors have none")
class ErrorTypesTest {

    private static final String JOB = "JID1";

    @RegisterExtension
    static final ReplayServer SERVER = new ReplayServer();

    @BeforeEach
    void login() {
        SERVER.served096();
    }

    private static CompletableFuture<Submission> submit() {
        return SERVER.llama2().submit(AipiRequest.ofPrompt("x"));
    }

    @Nested
    @DisplayName("a list of strings")
    class AList {

        @Test
        void namesEveryInvalidParameter() {
            SERVER.onSubmit(recorded(38));

            InvalidRequestException invalid = Outcome.failure(InvalidRequestException.class, submit());

            assertThat(invalid.getMessages())
                    .containsExactly("Invalid input parameter(s): prompt", "Missing required argument: text");
            assertThat(invalid.getHttpStatus()).isEqualTo(400);
            assertThat(invalid.isRetryable()).isFalse();
        }

        @Test
        void ofAQueueWordInABadParameterIsABadParameterAllTheSame() {
            SERVER.onSubmit(json(
                    400, "{\"success\": false, \"error\": [\"Parameter queue = 9 is too high. Max supported is 5\"]}"));

            Outcome.failure(InvalidRequestException.class, submit());
        }

        @Test
        void tellsOfRefusedCredentials() {
            SERVER.onSubmit(recorded(31));

            assertThat(Outcome.failure(AuthenticationException.class, submit())).hasMessageContaining("Key not valid");
        }

        @Test
        void tellsOfAKeyThatIsNotAllowedHere() {
            SERVER.onSubmit(recorded(254));

            assertThat(Outcome.failure(NotAllowedException.class, submit()))
                    .hasMessageContaining("Client not authorized for endpoint llama2_chat!");
        }

        @Test
        void tellsOfAnUnknownJob() {
            SERVER.onProgress(recorded(80));

            assertThat(Outcome.failure(JobLapsedException.class, SERVER.llama2().follow(JOB, null)))
                    .hasMessageContaining("Client has no active request with this job id");
        }
    }

    @Nested
    @DisplayName("a string")
    class AString {

        @Test
        void tellsOfAFullQueue() {
            SERVER.onSubmit(recorded(141));

            assertThat(Outcome.failure(QueueFullException.class, submit()))
                    .hasMessageContaining("Job queue reached max length 2!");
        }

        @Test
        void tellsOfADisabledEndpointThatMayComeBack() {
            SERVER.onSubmit(recorded(180));

            EndpointUnavailableException disabled = Outcome.failure(EndpointUnavailableException.class, submit());

            assertThat(disabled).hasMessageContaining("Endpoint disabled!");
            assertThat(disabled.isRetryable()).isTrue();
        }

        @Test
        void tellsOfALapsedJob() {
            SERVER.onProgress(recorded(145));

            Outcome.failure(JobLapsedException.class, SERVER.llama2().poll(JOB));
        }

        @Test
        void tellsOfARefusedLogin() {
            SERVER.on("GET", "/llama2_chat/login", recorded(2));

            Outcome.failure(AuthenticationException.class, submit());
        }

        @Test
        void tellsOfAWorkersFailureInsideTheResult() {
            SERVER.onProgress(recorded(91));

            Outcome.failure(JobFailedException.class, SERVER.llama2().follow(JOB, null));
        }

        @Test
        void tellsOfABadKeyWhereTheEndpointsAreListed() {
            SERVER.on("GET", "/api/endpoints", recorded(115));

            assertThat(Outcome.failure(
                            AuthenticationException.class, SERVER.client().listEndpoints(Duration.ofSeconds(30))))
                    .hasMessageContaining("Key not valid");
        }

        @Test
        void ofAnotherKindIsABadRequest() {
            SERVER.onSubmit(json(400, "{\"success\": false, \"error\": \"something else\"}"));

            assertThat(Outcome.failure(InvalidRequestException.class, submit()).getMessages())
                    .containsExactly("something else");
        }
    }

    @Nested
    @DisplayName("neither: an error of the framework")
    class AFrameworkError {

        @Test
        void isReadForItsMessage() {
            SERVER.onSubmit(recorded(57));

            assertThat(Outcome.failure(InvalidRequestException.class, submit()).getMessages())
                    .containsExactly("Failed when parsing body as json");
        }

        @Test
        void ofStatus404NamesTheRoute() {
            SERVER.onSubmit(recorded(71));

            assertThat(Outcome.failure(EndpointUnavailableException.class, submit()))
                    .hasMessageContaining("Requested URL /no_such_endpoint not found");
        }

        @ParameterizedTest
        @ValueSource(ints = {72, 73, 76, 253})
        void inPlainTextOrHtmlIsJudgedByItsStatusAndNotQuoted(int number) {
            SERVER.onSubmit(recorded(number));

            AipiException problem = Outcome.failure(EndpointUnavailableException.class, submit());

            assertThat(problem.getMessage())
                    .contains("no reason given")
                    .doesNotContain("<")
                    .doesNotContain("====");
            assertThat(problem.getHttpStatus()).isEqualTo(404);
        }

        @Test
        void withoutABodyIsJudgedByItsStatus() {
            SERVER.onSubmit(json(502, ""));

            Outcome.failure(EndpointUnavailableException.class, submit());
        }
    }

    @Test
    void aPageOfHtmlInPlaceOfJsonIsNoResponseOfAnAipiServer() {
        SERVER.onSubmit(json(200, "<!DOCTYPE html><html><title>Welcome to nginx!</title></html>")
                .with("content-type", "text/html"));

        ProtocolViolationException violation = Outcome.failure(ProtocolViolationException.class, submit());

        assertThat(violation).hasMessageContaining("text/html").hasMessageContaining("serverUrl");
        assertThat(violation.getMessage()).doesNotContain("nginx");
    }

    @Test
    void everyRequestAcceptsJson() {
        SERVER.onSubmit(recorded(13));
        SERVER.onProgress(recorded(25));
        SERVER.on("GET", "/api/endpoints", recorded(114));
        SERVER.on("GET", "/api/validate_key", recorded(118));

        Outcome.of(SERVER.llama2().run(AipiRequest.ofPrompt("x"), null));
        Outcome.of(SERVER.client().listEndpoints(Duration.ofSeconds(30)));
        Outcome.of(SERVER.client().validateKey(Duration.ofSeconds(30)));

        assertThat(SERVER.requests())
                .hasSize(7)
                .allSatisfy(request -> assertThat(request.getHeader("Accept")).isEqualTo("application/json"));
    }
}
