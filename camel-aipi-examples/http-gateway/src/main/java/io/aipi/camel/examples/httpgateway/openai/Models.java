/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway.openai;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import io.aipi.camel.examples.httpgateway.Problems;
import io.aipi.camel.examples.support.Task;
import io.aipi.client.error.EndpointUnavailableException;
import io.aipi.client.error.NotAllowedException;
import io.aipi.client.model.EndpointDescription;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * The models of the server: its list of endpoints, and what it says of each. Both are asked for anew after a while. What then fails is as it
 * was before. A server without a list has the models that the gateway is set to.
 */
@Component
final class Models {

    private static final Logger LOG = LoggerFactory.getLogger(Models.class);

    private final ProducerTemplate camel;
    private final ObjectReader json;
    private final Map<Task, String> usual;
    private final Duration refresh;
    private final Clock clock;

    // guarded by this
    private CompletableFuture<Map<String, Model>> known = CompletableFuture.failedFuture(new IllegalStateException());
    private Instant askedAt = Instant.MIN;

    /** The last that were there: what cannot be asked for anew is as it was. */
    private volatile Map<String, Model> last = Map.of();

    @Autowired
    Models(
            ProducerTemplate camel,
            ObjectMapper json,
            @Value("${chat.model}") String chat,
            @Value("${image.model}") String image,
            @Value("${gateway.openai.models-refresh}") Duration refresh) {
        this(camel, json, Map.of(Task.CHAT, chat, Task.IMAGE, image), refresh, Clock.systemUTC());
    }

    /** {@code usual}: the models of a server that has no list; {@code refresh}: how long an answer counts. */
    Models(ProducerTemplate camel, ObjectMapper json, Map<Task, String> usual, Duration refresh, Clock clock) {
        this.camel = camel;
        this.json =
                json.readerFor(EndpointDescription.class).without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
        this.usual = new EnumMap<>(usual);
        this.refresh = refresh;
        this.clock = clock;
    }

    /** All that can be asked for something, by name, in the server's order. */
    synchronized CompletableFuture<Map<String, Model>> all() {
        Instant now = clock.instant();
        if (known.isCompletedExceptionally() || !now.isBefore(askedAt.plus(refresh))) {
            askedAt = now;
            known = load().exceptionallyCompose(this::lastAfter);
        }
        return known;
    }

    /**
     * The model of this name, for this task.
     *
     * @param name null for the one that the gateway is set to, or else the first
     */
    CompletableFuture<Model> find(String name, Task task) {
        return all().thenApply(models -> name == null ? any(models, task) : named(models, name, task));
    }

    private Model any(Map<String, Model> models, Task task) {
        return Stream.concat(Stream.ofNullable(models.get(usual.get(task))), models.values().stream())
                .filter(model -> model.task() == task)
                .findFirst()
                .orElseThrow(() -> OpenAiException.noModel("There is no model for this"));
    }

    private static Model named(Map<String, Model> models, String name, Task task) {
        Model model = one(models, name);
        if (model.task() != task) {
            throw OpenAiException.noModel("The model '" + name + "' is not for this; those that are: "
                    + String.join(
                            ", ",
                            models.values().stream()
                                    .filter(other -> other.task() == task)
                                    .map(Model::id)
                                    .toList()));
        }
        return model;
    }

    /** The model of this name, whatever it is for. */
    static Model one(Map<String, Model> models, String name) {
        return Optional.ofNullable(models.get(name))
                .orElseThrow(() -> OpenAiException.noModel("The model '" + name + "' does not exist"));
    }

    private CompletableFuture<Map<String, Model>> load() {
        return names().thenCompose(names -> {
            Map<String, CompletableFuture<Optional<Model>>> asked = new LinkedHashMap<>();
            names.forEach(name -> asked.put(name, describe(name)));
            return CompletableFuture.allOf(asked.values().toArray(CompletableFuture[]::new))
                    // one that fails does not take the others along
                    .handle((done, failure) -> {
                        Map<String, Model> models = new LinkedHashMap<>();
                        asked.forEach((name, model) -> described(name, model).ifPresent(one -> models.put(name, one)));
                        if (failure != null && models.isEmpty()) {
                            throw failure instanceof CompletionException told ? told : new CompletionException(failure);
                        }
                        last = models;
                        return models;
                    });
        });
    }

    /** As it was, if it could not be described. */
    private Optional<Model> described(String name, CompletableFuture<Optional<Model>> model) {
        try {
            return model.join();
        } catch (CompletionException e) {
            Optional<Model> before = Optional.ofNullable(last.get(name));
            LOG.warn(
                    "The model {} could not be described, and {}: {}",
                    name,
                    before.isPresent() ? "is taken as it was" : "is left out",
                    String.valueOf(e.getCause()));
            return before;
        }
    }

    private CompletableFuture<Map<String, Model>> lastAfter(Throwable failure) {
        Map<String, Model> before = last;
        if (before.isEmpty()) {
            return CompletableFuture.failedFuture(failure);
        }
        LOG.warn("The models could not be asked for, and are taken as they were: {}", String.valueOf(failure));
        return CompletableFuture.completedFuture(before);
    }

    private CompletableFuture<List<String>> names() {
        return Routes.send(camel, "direct:openai-list", exchange -> {})
                .thenApply(Models::listed)
                .exceptionallyCompose(failure -> isSilence(failure)
                        ? CompletableFuture.completedFuture(null)
                        : CompletableFuture.failedFuture(failure))
                .thenApply(listed -> listed != null
                        ? listed
                        : usual.values().stream()
                                .filter(name -> !name.isEmpty())
                                .toList());
    }

    /** A name becomes a part of an endpoint's URI: one that could be more than a name is left out. */
    private static List<String> listed(Exchange answer) {
        return ((List<?>) answer.getMessage().getBody())
                .stream()
                        .map(String::valueOf)
                        .filter(name -> name.matches("[\\w.-]+"))
                        .toList();
    }

    /** Empty for one that is for nothing that can be asked for here. */
    private CompletableFuture<Optional<Model>> describe(String name) {
        return Routes.send(camel, "direct:openai-describe", exchange -> exchange.setVariable("model", name))
                .thenApply(described -> model(name, read(described)))
                .exceptionallyCompose(failure -> isSilence(failure)
                        ? CompletableFuture.completedFuture(undescribed(name))
                        : CompletableFuture.failedFuture(failure));
    }

    private EndpointDescription read(Exchange described) {
        try {
            return json.readValue(described.getMessage().getBody(String.class));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<Model> model(String name, EndpointDescription description) {
        return Stream.of(Task.IMAGE, Task.SPEECH, Task.CHAT)
                .filter(task -> task.isDoneBy(description) && (task != Task.CHAT || isChat(description)))
                .findFirst()
                .map(task -> new Model(name, task, description));
    }

    /** A translation, too, makes a text of a text. */
    private static boolean isChat(EndpointDescription description) {
        return description.category() == null
                || description.category().equals("chat")
                || description.contextParameter().isPresent();
    }

    private Optional<Model> undescribed(String name) {
        return usual.entrySet().stream()
                .filter(model -> model.getValue().equals(name))
                .findFirst()
                .map(model -> new Model(name, model.getKey(), null));
    }

    /** Whether the server, by its age or for this key, does not say. */
    private static boolean isSilence(Throwable failure) {
        Throwable told = failure instanceof Exception raised ? Problems.told(raised) : failure;
        return told instanceof NotAllowedException
                || (told instanceof EndpointUnavailableException missing && !missing.isRetryable());
    }
}
