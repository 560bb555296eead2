/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.aipi.camel.internal.MessageSerializer;
import io.aipi.client.error.AipiException;
import io.aipi.client.error.AuthenticationException;
import io.aipi.client.error.ClientClosedException;
import io.aipi.client.error.ConnectionFailedException;
import io.aipi.client.error.EndpointUnavailableException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.error.JobFailedException;
import io.aipi.client.error.JobLapsedException;
import io.aipi.client.error.JobTimeoutException;
import io.aipi.client.error.NotAllowedException;
import io.aipi.client.error.ProtocolViolationException;
import io.aipi.client.error.QueueFullException;
import io.aipi.client.error.ResultLostException;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.Media;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is stored of a job comes back as it was, through Java serialisation and the filter that Camel's stores set. */
class JobCodecTest {

    private static final ErrorContext CONTEXT = new ErrorContext("chat", "uuid#7", 400);

    private static StoredJob stored(Map<String, Object> headers, Object body, JobOutcome outcome) {
        return new StoredJob(
                new DetachedJob(
                        "http://gpu:7777",
                        "chat",
                        "uuid#7",
                        "request 1",
                        Instant.ofEpochMilli(1_700_000_000_123L),
                        "exchange-1",
                        headers,
                        body),
                outcome,
                3);
    }

    private static StoredJob thereAndBack(StoredJob stored) throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(JobCodec.encode(stored));
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            in.setObjectInputFilter(ObjectInputFilter.Config.createFilter("java.**;org.apache.camel.**;!*"));
            return JobCodec.decode((Map<?, ?>) in.readObject());
        }
    }

    @Test
    void headersAndBodyComeBack() throws Exception {
        Map<String, Object> headers = new LinkedHashMap<>();
        headers.put("text", "x");
        headers.put("number", 5L);
        headers.put("big", new BigInteger("12345678901234567890"));
        headers.put("date", Date.from(Instant.EPOCH));
        headers.put("instant", Instant.EPOCH);
        headers.put("duration", Duration.ofSeconds(3));
        headers.put("uuid", new UUID(1, 2));
        headers.put("list", Arrays.asList("a", null, 1));
        headers.put("map", Map.of("inner", List.of(true)));
        Object body =
                Map.of("prompt", "Hi", "image", Media.of(new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10}));
        StoredJob stored = stored(headers, body, null);

        assertThat(thereAndBack(stored)).isEqualTo(stored);
    }

    @Test
    void aRequestOfTheClientsComesBackAsOne() throws Exception {
        StoredJob stored = stored(Map.of(), AipiRequest.ofPrompt("Hi").with("seed", 5), null);
        StoredJob other = stored(Map.of(), new AipiRequest("Hi", Map.of("prompt", "Ho"), true), null);

        assertThat(thereAndBack(stored)).isEqualTo(stored);
        assertThat(thereAndBack(other)).isEqualTo(other);
    }

    @Test
    @Tag("case-C9")
    void whatCannotBeKeptIsNamedWithItsPlace() {
        assertThat(MessageSerializer.unkeepable(Map.of("prompt", "Hi"))).isEmpty();
        assertThat(MessageSerializer.unkeepable(Map.of("options", List.of(1, Thread.State.NEW))))
                .hasValue("options.1 is a java.lang.Thread$State");
    }

    @Test
    @Tag("case-D4")
    void whatContainsItself_isDeepOrBranchesWithoutEndCannotBeKept() {
        Map<String, Object> cycle = new HashMap<>();
        cycle.put("again", cycle);
        Object deep = "x";
        Object wide = "x";
        for (int i = 0; i < 100_000; i++) {
            deep = Collections.singletonList(deep);
        }
        for (int i = 0; i < 60; i++) {
            wide = Arrays.asList(wide, wide);
        }
        for (Object value : List.of(cycle, deep, wide)) {
            assertThat(MessageSerializer.unkeepable(value)).isPresent();
            assertThat(MessageSerializer.headers(Collections.singletonMap("header", value)))
                    .isEmpty();
        }
    }

    @Test
    void anEmptyMessageComesBack() throws Exception {
        assertThat(thereAndBack(stored(Map.of(), null, null))).isEqualTo(stored(Map.of(), null, null));
    }

    @Test
    void whatCannotBeKeptIsRefusedAsABody_andLeftOutAsAHeader() {
        assertThat(MessageSerializer.unkeepable(new Thread())).hasValue("it is a java.lang.Thread");
        assertThatThrownBy(() -> JobCodec.encode(stored(Map.of(), new Thread(), null)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("java.lang.Thread");
        Map<String, Object> headers = new LinkedHashMap<>();
        headers.put("thread", new Thread());
        headers.put("list", List.of(new Object()));
        headers.put("CamelRedelivered", true);
        headers.put("kept", 1);

        assertThat(MessageSerializer.headers(headers)).containsOnlyKeys("kept");
    }

    @Test
    void aResultComesBackWithItsFieldsAndMedia() throws Exception {
        Map<String, Object> fields = new LinkedHashMap<>();
        Media image = new Media("images", "image/png", new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10});
        Media other = new Media("data", "application/x-own", new byte[] {1, 2, 3});
        fields.put("text", "Ünïcode \u0000 \"quoted\"");
        fields.put("images", List.of(image, image));
        fields.put("data", other);
        fields.put("seed", 12345678901L);
        fields.put("compute_duration", 1.5);
        fields.put("auth", "worker 1");
        fields.put("nothing", null);
        JobResult result = new JobResult(
                "chat",
                "uuid#7",
                "Ünïcode \u0000 \"quoted\"",
                List.of(image, image, other),
                12345678901L,
                Duration.ofMillis(1500),
                null,
                "worker 1",
                fields);
        StoredJob stored = stored(Map.of(), "prompt", new JobOutcome.Done(result));

        assertThat(thereAndBack(stored)).isEqualTo(stored);
    }

    static Stream<AipiException> failures() {
        return Stream.of(
                new AuthenticationException("no", CONTEXT),
                new ClientClosedException("no", CONTEXT),
                new ConnectionFailedException("no", true, CONTEXT, new IOException("reset")),
                new ConnectionFailedException("no", false, CONTEXT, null),
                new EndpointUnavailableException("no", true, CONTEXT),
                new EndpointUnavailableException("no", false, CONTEXT),
                new InvalidRequestException(List.of("first", "second"), CONTEXT),
                new JobFailedException("CUDA out of memory", CONTEXT),
                new JobLapsedException("gone", JobLapsedException.Reason.LAPSED, ErrorContext.of("chat", "uuid#7")),
                new JobLapsedException("gone", JobLapsedException.Reason.UNKNOWN_TO_SERVER, CONTEXT),
                new JobTimeoutException("late", ErrorContext.of(null)),
                new NotAllowedException("no", CONTEXT),
                new ProtocolViolationException("what?", CONTEXT, null),
                new QueueFullException("full", Duration.ofSeconds(7), CONTEXT),
                new QueueFullException("full", null, CONTEXT),
                new ResultLostException("lost", CONTEXT, new IOException("reset")));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void everyFailureComesBackWithAllThatItSays(AipiException failure) throws Exception {
        StoredJob back = thereAndBack(stored(Map.of(), "prompt", new JobOutcome.Failed(failure)));

        AipiException again = ((JobOutcome.Failed) back.outcome()).failure();
        assertThat(again)
                .usingRecursiveComparison()
                .ignoringFields("stackTrace", "cause", "suppressedExceptions")
                .isEqualTo(failure);
        assertThat(again.isRetryable()).isEqualTo(failure.isRetryable());
    }

    @Test
    void everyKindOfFailureIsTested() {
        assertThat(failures().map(Object::getClass).distinct())
                .containsExactlyInAnyOrder(AipiException.class.getPermittedSubclasses());
    }

    @Test
    void keysTellServersEndpointsJobsAndRequestsApart_andFitIntoAColumn() {
        DetachedJob byId = new DetachedJob("http://gpu", "chat", "uuid#7", null, Instant.EPOCH, "x", Map.of(), null);
        String longId = "topic-with-a-very-long-name-".repeat(20);

        assertThat(byId.key())
                .isEqualTo("http://gpu#chat/uuid#7/x/0")
                .startsWith(DetachedJob.prefix("http://gpu", "chat"));
        assertThat(DetachedJob.key("http://gpu", "chat", "r")).isNotEqualTo(byId.key());
        assertThat(DetachedJob.key("http://gpu", "chat", longId)).hasSizeLessThan(255);
        assertThat(DetachedJob.prefix("http://gpu", "a/b")).isNotEqualTo(DetachedJob.prefix("http://gpu/a", "b"));
    }
}
