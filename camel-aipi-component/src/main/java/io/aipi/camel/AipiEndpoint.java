/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import io.aipi.camel.internal.ExchangeBinding;
import io.aipi.camel.internal.InFlightLimiter;
import io.aipi.camel.internal.detached.JobRegistry;
import io.aipi.camel.internal.telemetry.ObservedEndpoint;
import io.aipi.client.AipiClient;
import io.aipi.client.ModelEndpoint;
import io.aipi.client.error.AipiException;
import io.aipi.client.error.ConnectionFailedException;
import io.aipi.client.error.ErrorContext;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ToLongFunction;
import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.api.management.ManagedAttribute;
import org.apache.camel.api.management.ManagedResource;
import org.apache.camel.spi.EndpointServiceLocation;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;
import org.apache.camel.support.DefaultEndpoint;

/** Run AI models on a GPU inference server that speaks the AIPI protocol: submit prompts, follow jobs, take results. */
@ManagedResource(description = "Managed AIPI endpoint")
@UriEndpoint(
        firstVersion = "0.1.0",
        scheme = "aipi",
        title = "AIPI",
        syntax = "aipi:endpointName",
        remote = true,
        category = {Category.AI},
        headersClass = AipiConstants.class)
public class AipiEndpoint extends DefaultEndpoint implements EndpointServiceLocation {

    @UriPath(description = "Name of the model endpoint on the server, such as llama2_chat.")
    @Metadata(required = true)
    private String endpointName;

    @UriParam
    private final AipiConfiguration configuration;

    private final Set<ModelEndpoint> models = ConcurrentHashMap.newKeySet();
    private final ExchangeBinding exchangeBinding = new EndpointBinding(this);
    private final EndpointConversations conversations = new EndpointConversations(this);
    private volatile ObservedEndpoint observed;
    private final AtomicReference<InFlightLimiter> inFlightLimiter = new AtomicReference<>();
    private volatile AipiClient client;
    private volatile Server server;

    /** What names the server of this URL. */
    private record Server(String url, String name) {}

    /** Made by the component. */
    public AipiEndpoint(String uri, AipiComponent component, AipiConfiguration configuration) {
        super(uri, component);
        this.configuration = configuration;
    }

    @Override
    public Producer createProducer() throws Exception {
        return new AipiProducer(this);
    }

    @Override
    public Consumer createConsumer(Processor processor) throws Exception {
        AipiConsumer consumer = new AipiConsumer(this, processor);
        configureConsumer(consumer);
        return consumer;
    }

    /** Fails for options that make no sense, when the route is made and not at its first message. */
    void checkOptions() {
        if (endpointName == null || endpointName.isBlank()) {
            throw new IllegalArgumentException("The name of the model endpoint is missing: aipi:NAME");
        }
        if (configuration.getServerUrl() == null || configuration.getServerUrl().isBlank()) {
            throw new IllegalArgumentException("serverUrl is missing: " + howToSetServerUrl());
        }
        AipiClient.checkServerUrl(configuration.getServerUrl());
        AipiClient.checkName(endpointName);
        if (configuration.getHeaderFilterStrategy() == null) {
            throw new IllegalArgumentException("headerFilterStrategy must not be null");
        }
        configuration.check();
        boolean detached = !configuration.isWaitForResult();
        if (detached && configuration.getJobRepository() != null && configuration.getProgressUri() != null) {
            throw new IllegalArgumentException(
                    "jobRepository and progressUri exclude each other for detached jobs: whoever consumes their results"
                            + " consumes their progress, too (from aipi:NAME?consumeProgress=true)");
        }
        if (detached && configuration.isHoldConnection()) {
            throw new IllegalArgumentException("holdConnection needs waitForResult=true");
        }
        if (configuration.isHoldConnection() && configuration.getProgressUri() != null) {
            throw new IllegalArgumentException(
                    "holdConnection and progressUri exclude each other: a held request shows no progress");
        }
        configuration.credentials();
        configuration.jobOptions();
        configuration.connectionOptions(null);
        configuration.loginModeValue();
    }

    private String howToSetServerUrl() {
        String property = "camel.component.aipi.server-url";
        // Spring's properties are among Camel's, whether somebody binds them or not
        if (getCamelContext().getPropertiesComponent().resolveProperty(property).isPresent()) {
            return property + " is set, but nothing has given it to the component. On Spring Boot"
                    + " io.aipi.camel:camel-aipi-spring-boot-starter does that: depend on it instead of camel-aipi."
                    + " Camel Main and Quarkus do it without help; elsewhere set it in code";
        }
        return "set it to the base URL of the AIPI server, on the endpoint (aipi:NAME?serverUrl=http://host:port)"
                + " or the component (" + property + ")";
    }

    /**
     * A producer's view of the model endpoint; closing it, with {@link #close}, ends that producer's jobs. The first one
     * makes the client, and with it the session; the last one closes it. An endpoint without producers holds nothing.
     */
    ModelEndpoint open() throws Exception {
        // before there is a client to be closed again
        conversations.start();
        getComponent().telemetry().prepare();
        lock.lock();
        try {
            if (client == null || client.isClosed()) {
                client = getComponent().createClient(configuration);
                getComponent().started(this);
            }
            ModelEndpoint model = client.endpoint(endpointName, configuration.jobOptions(), observed());
            models.add(model);
            observed().open();
            return model;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Logs in and checks the options against what the server says of the endpoint, if that is not left to the first
     * exchange. Blocks.
     */
    void logIn(ModelEndpoint model) {
        if (configuration.isLazyLogin()) {
            return;
        }
        // login, a second try on the other route, description, list of endpoints: each bounded by the request timeout
        Duration patience = configuration.getRequestTimeout().multipliedBy(5);
        try {
            model.start().get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof AipiException reason
                    ? reason
                    : noLogin("No login: " + e.getCause(), e.getCause());
        } catch (TimeoutException e) {
            throw noLogin("No login within " + patience.toMillis() + " ms", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw noLogin("The login was interrupted", e);
        }
    }

    private ConnectionFailedException noLogin(String message, Throwable cause) {
        return new ConnectionFailedException(message, false, ErrorContext.of(endpointName), cause);
    }

    /** Base URL of the server, in the one form that names it among stored jobs. */
    String server() {
        String url = configuration.getServerUrl();
        Server known = server;
        if (known == null || !known.url().equals(url)) {
            known = new Server(url, AipiClient.serverUri(url).toString());
            server = known;
        }
        return known.name();
    }

    /** Who tracks the endpoint's detached jobs: made by its first consumer, or its repository; null while there is neither. */
    JobRegistry registry() {
        return getComponent().registry(this);
    }

    /** Ends the jobs of a producer at once. */
    void close(ModelEndpoint model) {
        AipiClient unused = null;
        lock.lock();
        try {
            if (models.remove(model)) {
                observed().close();
                if (models.isEmpty()) {
                    unused = client;
                    client = null;
                    getComponent().stopped(this);
                }
            }
        } finally {
            lock.unlock();
        }
        // outside of the lock: exchanges are told, and go on
        model.close();
        if (unused != null) {
            unused.close();
            getComponent().forgetRegistry(this);
        }
    }

    @Override
    public AipiComponent getComponent() {
        return (AipiComponent) super.getComponent();
    }

    /** The endpoint's client; null while it has no started producer or consumer. */
    AipiClient client() {
        return client;
    }

    /** What the observers of its jobs know it by. */
    ObservedEndpoint observed() {
        ObservedEndpoint known = observed;
        if (known == null) {
            lock.lock();
            try {
                if (observed == null) {
                    observed = new ObservedEndpoint(
                            this,
                            endpointName,
                            URI.create(server()),
                            getComponent().telemetry().observers(),
                            this::ownJobsInFlight,
                            this::ownJobsWaiting);
                }
                known = observed;
            } finally {
                lock.unlock();
            }
        }
        return known;
    }

    /** Whether its model takes a conversation, as far as is known now. */
    boolean isChat() {
        return anyModel().map(model -> model.spi().takesConversation()).orElse(configuration.isConversation());
    }

    /** Reads and fills exchanges. */
    ExchangeBinding exchangeBinding() {
        return exchangeBinding;
    }

    EndpointConversations conversations() {
        return conversations;
    }

    /** One for as long as there is the endpoint, and not from its start on: while the context starts, exchanges come before. */
    InFlightLimiter inFlightLimiter() {
        if (inFlightLimiter.get() == null) {
            inFlightLimiter.compareAndSet(
                    null, new InFlightLimiter(configuration.getMaxInFlight(), configuration.getMaxWaiting()));
        }
        return inFlightLimiter.get();
    }

    @Override
    public String getServiceUrl() {
        return configuration.getServerUrl();
    }

    @Override
    public String getServiceProtocol() {
        return "http";
    }

    @Override
    public Map<String, String> getServiceMetadata() {
        return Map.of("endpointName", endpointName);
    }

    @ManagedAttribute(description = "Name of the model endpoint on the server")
    public String getEndpointName() {
        return endpointName;
    }

    public void setEndpointName(String endpointName) {
        this.endpointName = endpointName;
    }

    /** The endpoint's options. */
    public AipiConfiguration getConfiguration() {
        return configuration;
    }

    @ManagedAttribute(description = "Jobs submitted or followed and not ended")
    public int getJobsInFlight() {
        return (int) sum(AipiEndpoint::ownJobsInFlight);
    }

    private int ownJobsInFlight() {
        return models.stream().mapToInt(ModelEndpoint::jobsInFlight).sum();
    }

    private int ownJobsWaiting() {
        return inFlightLimiter().waiting();
    }

    /**
     * Of this endpoint and those that are started with its URI. Camel can make several where exchanges use a new URI at once,
     * such as one of {@code toD}: it keeps the producer of one and registers another, which is the one that people see.
     */
    private long sum(ToLongFunction<AipiEndpoint> figure) {
        return getComponent().withUriOf(this).stream().mapToLong(figure).sum();
    }

    @ManagedAttribute(
            description = "Jobs handed over for submitting since the endpoint was made, each once, however often the"
                    + " submit was repeated and whether or not the server accepted it")
    public long getJobsSubmitted() {
        return sum(endpoint -> endpoint.observed().counts().submitted());
    }

    @ManagedAttribute(
            description = "Jobs whose result was taken through this endpoint since it was made. Of jobs that are"
                    + " followed from their submit on, submitted = completed + failed + in flight. A job submitted with"
                    + " waitForResult=false that nobody follows is neither completed nor failed; it is completed by the"
                    + " endpoint that takes its result, with operation=result or progress")
    public long getJobsCompleted() {
        return sum(endpoint -> endpoint.observed().counts().completed());
    }

    @ManagedAttribute(
            description =
                    "Jobs that ended without a result for this endpoint since it was made: refused, failed, lapsed,"
                            + " timed out, lost, or given up by a stop")
    public long getJobsFailed() {
        return sum(endpoint -> endpoint.observed().counts().failed());
    }

    @ManagedAttribute(
            description =
                    "Logins begun in the session with the server, which all endpoints with the same name, server, login"
                            + " route and credentials share; 0 while the endpoint has no started producer or consumer")
    public long getLogins() {
        return anyModel().map(ModelEndpoint::logins).orElse(0L);
    }

    /** All have the same session. */
    private Optional<ModelEndpoint> anyModel() {
        return getComponent().withUriOf(this).stream()
                .flatMap(endpoint -> endpoint.models.stream())
                .findAny();
    }

    @ManagedAttribute(description = "Exchanges that wait their turn because of maxInFlight")
    public int getJobsWaiting() {
        return (int) sum(AipiEndpoint::ownJobsWaiting);
    }

    /** Whether the server has refused the last login. */
    boolean isLoginRefused() {
        return anyModel().map(ModelEndpoint::isLoginRefused).orElse(false);
    }

    /** When the server last answered, with whatever status; empty if it has not since the first producer's start. */
    Optional<Instant> lastContact() {
        return getComponent().withUriOf(this).stream()
                .map(AipiEndpoint::client)
                .filter(Objects::nonNull)
                .flatMap(used -> used.lastContact().stream())
                .max(Comparator.naturalOrder());
    }

    @ManagedAttribute(description = "State of the session with the server")
    public String getSessionState() {
        return anyModel().map(ModelEndpoint::sessionState).orElse("not started");
    }
}
