/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.support;

import io.aipi.client.AipiClient;
import io.aipi.client.ModelEndpoint;
import io.aipi.client.error.AipiException;
import io.aipi.client.error.AuthenticationException;
import io.aipi.client.error.ConnectionFailedException;
import io.aipi.client.error.EndpointUnavailableException;
import io.aipi.client.error.NotAllowedException;
import io.aipi.client.model.EndpointDescription;
import io.aipi.client.options.JobOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/**
 * Finds the endpoints of the models that an example asks. An endpoint that the user has named must be in the server's list.
 * Where none is named, the list and the descriptions of its endpoints tell which will do. A server without a list has the usual
 * endpoints, or those that are named. Each endpoint that is taken has been logged in at.
 */
public final class ModelFinder {

    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final Duration PAUSE = Duration.ofSeconds(2);

    private final Server server;
    private final Consumer<String> out;

    /** On this server; {@code out} is told which endpoints are taken. */
    public ModelFinder(Server server, Consumer<String> out) {
        this.server = server;
        this.out = out;
    }

    /**
     * Finds the models.
     *
     * @return the names of the endpoints; a task that the example can do without, and the server cannot do, is missing
     * @throws StartException if an endpoint is not there; it says which there are
     * @throws AipiException if the server cannot be reached or refuses the key
     */
    public Map<Task, String> find(Collection<Model> models) {
        try (AipiClient client = AipiClient.builder()
                .serverUrl(server.url())
                .apiKey(server.apiKey())
                .user(server.user())
                .build()) {
            Optional<List<String>> names = list(client);
            Map<String, EndpointDescription> described =
                    models.stream().allMatch(model -> model.named().isPresent())
                            ? Map.of()
                            : describe(client, names.orElse(List.of()));
            Map<Task, String> found = new LinkedHashMap<>();
            StartException first = null;
            for (Model model : models) {
                List<String> candidates = names.isPresent()
                        ? candidates(model, names.get(), described)
                        : List.of(model.named().orElse(model.usual()));
                try {
                    found.put(model.task(), choose(client, model, candidates, names));
                } catch (StartException e) {
                    if (!model.optional() || model.named().isPresent()) {
                        throw e;
                    }
                    first = first == null ? e : first;
                }
            }
            if (found.isEmpty() && first != null) {
                throw first;
            }
            announce(models, found, names.isPresent());
            return found;
        } catch (CompletionException e) {
            throw e.getCause() instanceof AipiException known ? known : e;
        }
    }

    /**
     * As {@link #find}; a server that is away or out of order is waited for. If it is away and the user has named all
     * endpoints, they are taken unseen.
     */
    public Map<Task, String> findPatiently(Collection<Model> models) throws InterruptedException {
        String last = null;
        while (true) {
            try {
                return find(models);
            } catch (ConnectionFailedException | EndpointUnavailableException e) {
                if (!e.isRetryable()) {
                    throw e;
                }
                if (models.stream().allMatch(model -> model.named().isPresent())) {
                    out.accept("The server is waited for: " + Start.sentence(e));
                    Map<Task, String> named = new LinkedHashMap<>();
                    models.forEach(
                            model -> named.put(model.task(), model.named().orElseThrow()));
                    return named;
                }
                if (!Start.sentence(e).equals(last)) {
                    last = Start.sentence(e);
                    out.accept("The server is waited for: " + last);
                }
                Thread.sleep(PAUSE.toMillis());
            }
        }
    }

    /** Empty where the server has no list, or keeps it to itself. */
    private static Optional<List<String>> list(AipiClient client) {
        try {
            return Optional.of(client.listEndpoints(TIMEOUT).join());
        } catch (CompletionException e) {
            boolean none = e.getCause() instanceof NotAllowedException
                    || (e.getCause() instanceof EndpointUnavailableException missing && !missing.isRetryable());
            if (none) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Endpoints that the server says nothing of are left out. */
    private static Map<String, EndpointDescription> describe(AipiClient client, List<String> names) {
        Map<String, CompletableFuture<Optional<EndpointDescription>>> asked = new LinkedHashMap<>();
        names.forEach(
                name -> asked.put(name, client.describe(name, TIMEOUT).exceptionally(failure -> Optional.empty())));
        Map<String, EndpointDescription> described = new LinkedHashMap<>();
        asked.forEach((name, answer) -> answer.join().ifPresent(description -> described.put(name, description)));
        return described;
    }

    /** The best first. */
    private static List<String> candidates(
            Model model, List<String> names, Map<String, EndpointDescription> described) {
        if (model.named().isPresent()) {
            String name = model.named().get();
            if (!names.contains(name)) {
                throw missing("has no endpoint " + name, model, names);
            }
            return List.of(name);
        }
        List<String> candidates = new ArrayList<>(names);
        // one with the usual name and without a description is believed to be the usual one
        candidates.removeIf(name -> described.containsKey(name)
                ? !model.task().isDoneBy(described.get(name))
                : !name.equals(model.usual()));
        candidates.sort(Comparator.comparingInt(name -> described.containsKey(name)
                ? model.task().unsuitability(described.get(name), name.equals(model.usual()))
                : 0));
        return candidates;
    }

    /**
     * The first candidate where the login succeeds.
     *
     * @throws StartException if there is none
     * @throws CompletionException if the server cannot be reached or refuses the key
     */
    private static String choose(
            AipiClient client, Model model, List<String> candidates, Optional<List<String>> names) {
        AipiException failure = null;
        for (String name : candidates) {
            try (ModelEndpoint endpoint = client.endpoint(name, JobOptions.defaults())) {
                endpoint.start().join();
                return name;
            } catch (CompletionException e) {
                // a server without a list can refuse the login at an endpoint that it does not have
                boolean ofThisEndpoint = e.getCause() instanceof NotAllowedException
                        || e.getCause() instanceof EndpointUnavailableException
                        || (names.isEmpty() && e.getCause() instanceof AuthenticationException);
                if (!ofThisEndpoint) {
                    throw e;
                }
                failure = (AipiException) e.getCause();
            }
        }
        if (failure != null) {
            String hint = " with -D" + model.option() + "=NAME";
            throw new StartException(Start.sentence(failure) + "; "
                    + (names.isEmpty()
                            ? "the server has no list of its endpoints: name one for "
                                    + model.task().words() + hint
                            : "or name another endpoint" + hint));
        }
        throw missing(
                "has no endpoint that takes a prompt for " + model.task().words(), model, names.orElse(List.of()));
    }

    private static StartException missing(String what, Model model, List<String> names) {
        return new StartException("The server " + what + ": name one of its endpoints with -D" + model.option()
                + "=NAME"
                + (names.isEmpty() ? " (but it has none for this key)" : ". It has " + String.join(", ", names)));
    }

    private void announce(Collection<Model> models, Map<Task, String> found, boolean listed) {
        List<String> taken = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        List<String> options = new ArrayList<>();
        for (Model model : models) {
            String name = found.get(model.task());
            (name == null ? missing : taken)
                    .add((name == null ? "" : name + " for ") + model.task().words());
            if (model.named().isEmpty()) {
                options.add("-D" + model.option());
            }
        }
        out.accept("Models:  " + String.join(", ", taken)
                + (missing.isEmpty() ? "" : "; none for " + String.join(" and none for ", missing))
                + (options.isEmpty()
                        ? ""
                        : (listed
                                        ? ". Another one is named by "
                                        : ". The server has no list of its endpoints; other ones are named by ")
                                + String.join(", ", options)));
    }
}
