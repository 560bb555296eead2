/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.aipi.camel.examples.support.Task;
import io.aipi.client.error.ConnectionFailedException;
import io.aipi.client.error.EndpointUnavailableException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.model.EndpointDescription;
import io.aipi.client.model.ParameterDescription;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which models there are, by what a server says. */
class ModelsTest {

    private static final Duration REFRESH = Duration.ofSeconds(30);

    /** A time that a test sets. */
    private static final class SetClock extends Clock {

        private Instant now = Instant.EPOCH;

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }

    private final SetClock clock = new SetClock();
    private final CamelContext camel = new DefaultCamelContext();
    private final Map<String, String> described = new HashMap<>();
    private final Map<String, Exception> undescribable = new HashMap<>();
    private List<String> listed = List.of();
    private Exception failure;
    private int lists;
    private Models models;

    @BeforeEach
    void start() throws Exception {
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("direct:openai-list").process(ModelsTest.this::list);
                from("direct:openai-describe").process(ModelsTest.this::describe);
            }
        });
        camel.start();
        models = new Models(
                camel.createProducerTemplate(),
                new ObjectMapper(),
                Map.of(Task.CHAT, "usual_chat", Task.IMAGE, ""),
                REFRESH,
                clock);
    }

    @AfterEach
    void stop() {
        camel.stop();
    }

    private void list(Exchange exchange) throws Exception {
        lists++;
        if (failure != null) {
            throw failure;
        }
        exchange.getMessage().setBody(listed);
    }

    private void describe(Exchange exchange) throws Exception {
        String name = exchange.getVariable("model", String.class);
        if (undescribable.containsKey(name)) {
            throw undescribable.get(name);
        }
        if (!described.containsKey(name)) {
            throw unavailable(false);
        }
        exchange.getMessage().setBody(described.get(name));
    }

    private static EndpointUnavailableException unavailable(boolean retryable) {
        return new EndpointUnavailableException("no", retryable, ErrorContext.of(null));
    }

    private static ParameterDescription field(String name, String type, boolean required) {
        return new ParameterDescription(name, type, required, null, null, null, List.of(), false);
    }

    /** {@code needs}: the type of a parameter beside the prompt, null for none. */
    private void there(String name, String category, String needs, String gives) {
        Map<String, ParameterDescription> input = new HashMap<>();
        input.put("prompt", field("prompt", "string", true));
        if (needs != null) {
            input.put("needed", field("needed", needs, true));
        }
        described.put(
                name,
                new EndpointDescription(
                                name,
                                name,
                                null,
                                category,
                                1,
                                10,
                                10,
                                1,
                                input,
                                Map.of("text", field("text", gives, false)))
                        .toJson());
        listed = Stream.concat(listed.stream(), Stream.of(name)).toList();
    }

    @Test
    void theDescriptionTellsWhatAModelIsFor_notItsName() {
        there("painter", "chat", null, "string");
        there("talker", "image", null, "image_list");
        there("silent", null, null, "audio");
        there("translation", "translation", null, "string");
        there("img2img", "image", "image", "image_list");
        there("undescribed_chat", null, null, "string");
        described.remove("undescribed_chat");

        Map<String, Model> all = models.all().join();

        assertThat(all.values())
                .extracting(Model::id, Model::task)
                .containsExactly(
                        tuple("painter", Task.CHAT), tuple("talker", Task.IMAGE), tuple("silent", Task.SPEECH));
    }

    @Test
    void aNameThatIsMoreThanANameIsLeftOut() {
        there("chat?operation=list", "chat", null, "string");
        there("chat", "chat", null, "string");

        assertThat(models.all().join()).containsOnlyKeys("chat");
    }

    @Test
    void aServerWithoutAListHasTheModelsOfTheGateway() {
        failure = unavailable(false);

        assertThat(models.all().join().values()).containsExactly(new Model("usual_chat", Task.CHAT, null));
    }

    @Test
    void theListIsAskedForAnewAfterAWhile() {
        there("one", "chat", null, "string");
        models.all().join();
        there("two", "chat", null, "string");

        clock.now = clock.now.plus(REFRESH).minusMillis(1);
        assertThat(models.all().join()).containsOnlyKeys("one");
        clock.now = clock.now.plusMillis(1);
        assertThat(models.all().join()).containsOnlyKeys("one", "two");
        assertThat(lists).isEqualTo(2);
    }

    @Test
    void aFailureIsNotKept() {
        there("one", "chat", null, "string");
        failure = new ConnectionFailedException("no", false, ErrorContext.of(null), null);
        assertThatThrownBy(() -> models.all().join()).hasCause(failure);

        failure = null;
        assertThat(models.all().join()).containsOnlyKeys("one");
    }

    private static ConnectionFailedException away() {
        return new ConnectionFailedException("no", false, ErrorContext.of(null), null);
    }

    @Test
    void aModelThatCannotBeDescribedIsAsItWas_orIsLeftOut() {
        there("one", "chat", null, "string");
        models.all().join();
        there("two", "chat", null, "string");
        there("three", "chat", null, "string");
        undescribable.put("one", away());
        undescribable.put("two", away());

        clock.now = clock.now.plus(REFRESH);
        assertThat(models.all().join()).containsOnlyKeys("one", "three");

        described.put("three", "no JSON");
        clock.now = clock.now.plus(REFRESH);
        assertThat(models.all().join()).containsOnlyKeys("one", "three");
    }

    @Test
    void whereNoneCanBeDescribedItIsAFailure() {
        there("one", "chat", null, "string");
        undescribable.put("one", away());
        assertThatThrownBy(() -> models.all().join()).hasCause(undescribable.get("one"));

        undescribable.clear();
        assertThat(models.all().join()).containsOnlyKeys("one");
    }

    @Test
    void theModelsAreAsTheyWereWhileTheServerIsAway() {
        there("one", "chat", null, "string");
        models.all().join();
        failure = away();

        clock.now = clock.now.plus(REFRESH);
        assertThat(models.all().join()).containsOnlyKeys("one");

        failure = null;
        there("two", "chat", null, "string");
        clock.now = clock.now.plus(REFRESH);
        assertThat(models.all().join()).containsOnlyKeys("one", "two");
    }
}
