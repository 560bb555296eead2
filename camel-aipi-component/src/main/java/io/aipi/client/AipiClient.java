/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client;

import io.aipi.client.internal.api.AipiApi;
import io.aipi.client.internal.api.ApiConnection;
import io.aipi.client.internal.http.Transport;
import io.aipi.client.internal.job.SafeJobListener;
import io.aipi.client.internal.poll.ServerPollLimiter;
import io.aipi.client.internal.session.Session;
import io.aipi.client.internal.util.ServerUrl;
import io.aipi.client.internal.wire.SecretRedactor;
import io.aipi.client.model.EndpointDescription;
import io.aipi.client.model.KeyValidation;
import io.aipi.client.options.ConnectionOptions;
import io.aipi.client.options.Credentials;
import io.aipi.client.options.JobOptions;
import io.aipi.client.options.LoginMode;
import io.aipi.client.spi.JobListener;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A client of one AIPI server.
 *
 * <pre>{@code
 * try (AipiClient client = AipiClient.builder().serverUrl("http://localhost:7777").apiKey(key).build()) {
 *     ModelEndpoint llama = client.endpoint("llama2_chat", JobOptions.defaults());
 *     JobResult result = llama.run(AipiRequest.ofPrompt("Hello"), progress -> System.out.println(progress)).join();
 * }
 * }</pre>
 *
 * <p>All calls are asynchronous. Their futures fail with an {@link io.aipi.client.error.AipiException}, and complete on
 * threads that must not be blocked: what takes time belongs into an {@code ...Async} continuation.
 */
public final class AipiClient implements AutoCloseable {

    private static final String VERSION = readVersion();

    private final ClientResources resources;
    private final boolean ownResources;
    private final URI server;
    private final Credentials credentials;
    private final LoginMode loginMode;
    private final ConnectionOptions connectionOptions;
    private final SecretRedactor mask;
    private final ApiConnection connection;
    private final AipiApi api;
    private final ServerPollLimiter pollLimiter;
    private final Set<ModelEndpoint> endpoints = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean closed = new AtomicBoolean();

    private AipiClient(Builder builder) {
        server = ServerUrl.parse(builder.serverUrl);
        ownResources = builder.resources == null;
        resources = ownResources ? ClientResources.create(ForkJoinPool.commonPool(), "aipi") : builder.resources;
        credentials = new Credentials(builder.user, builder.apiKey);
        loginMode = builder.loginMode;
        connectionOptions = builder.connectionOptions;
        if (credentials.apiKey() != null) {
            resources.warnOfPlainHttp(server, connectionOptions.proxy());
        }
        mask = resources.acquireMask(server);
        mask.hold(credentials.apiKey());
        connectionOptions.secrets().forEach(mask::hold);
        Transport transport = resources.acquireTransport(connectionOptions);
        pollLimiter = resources.acquirePollLimiter(connectionOptions, server);
        connection = new ApiConnection(server, transport, resources.workers(), resources.clock());
        api = new AipiApi(
                connection,
                credentials,
                builder.clientVersion,
                loginMode,
                resources.loginModes(),
                // of no endpoint: what the client asks itself needs no login
                new Session(resources.scheduler(), mask),
                resources.acquireAcceptedJobs(server));
    }

    /** Starts to build a client. */
    public static Builder builder() {
        return new Builder();
    }

    /** Version of this library, {@code development} outside a jar. */
    public static String version() {
        return VERSION;
    }

    /** One model endpoint of the server; its jobs are handled as the options say. Close it when done. */
    public ModelEndpoint endpoint(String name, JobOptions options) {
        return endpoint(name, options, JobListener.NONE);
    }

    /** As {@link #endpoint(String, JobOptions)}; {@code listener}, which others may share, hears of its logins and jobs. */
    public ModelEndpoint endpoint(String name, JobOptions options, JobListener listener) {
        checkName(name);
        ClientResources.SessionScope scope = new ClientResources.SessionScope(server, credentials, loginMode, name);
        Session session = resources.acquireSession(scope);
        JobListener safe = SafeJobListener.of(listener);
        AipiApi own = api.with(session, safe);
        ModelEndpoint endpoint = new ModelEndpoint(
                name,
                options,
                safe,
                resources.acquireJobDurations(server, name),
                own,
                pollLimiter,
                resources.scheduler(),
                closing -> {
                    if (endpoints.remove(closing)) {
                        resources.releaseJobDurations(server, name);
                        resources.releaseSession(scope, session);
                    }
                });
        endpoints.add(endpoint);
        if (closed.get()) {
            endpoint.close();
        }
        return endpoint;
    }

    /**
     * Refuses what cannot be the name of a model endpoint. A name is a part of the URL's path. It is encoded there, but
     * servers and proxies on the way decode it, some before they look for the way up in it.
     *
     * @throws IllegalArgumentException if the name is missing, has a slash, a backslash or a control character in it, or is
     *     a way up
     */
    public static void checkName(String name) {
        if (name == null || name.isBlank()) {
            throw new IllegalArgumentException("the name of the model endpoint is missing");
        }
        boolean leadsElsewhere = name.equals(".")
                || name.equals("..")
                || name.chars().anyMatch(c -> c == '/' || c == '\\' || Character.isISOControl(c));
        if (leadsElsewhere) {
            // not quoted: it may come from a message, and is not fit for a log
            throw new IllegalArgumentException(
                    "the name of the model endpoint (endpointName) must not be . or .. or have a slash, a backslash or a"
                            + " control character in it");
        }
    }

    /** The names of the endpoints that the credentials may use; fails where the server has no such list. */
    public CompletableFuture<List<String>> listEndpoints(Duration timeout) {
        return api.list(timeout);
    }

    /** The server's verdict on the API key. */
    public CompletableFuture<KeyValidation> validateKey(Duration timeout) {
        return api.validateKey(timeout);
    }

    /** What the server says of an endpoint; empty where it says nothing. */
    public CompletableFuture<Optional<EndpointDescription>> describe(String endpoint, Duration timeout) {
        return api.describe(endpoint, timeout);
    }

    /** Base URL of the server. */
    public URI server() {
        return server;
    }

    /** When the server last answered this client, with whatever HTTP status; empty if it never has. */
    public Optional<Instant> lastContact() {
        return connection.lastContact();
    }

    /** Whether {@link #close} was called. */
    public boolean isClosed() {
        return closed.get();
    }

    /**
     * Closes the client's endpoints, so that nobody waits for ever, and gives back what is shared; ends it if nobody else
     * uses it, and with it the requests in flight. The server has no logout.
     */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            endpoints.forEach(ModelEndpoint::close);
            resources.closed(this);
            resources.releasePollLimiter(connectionOptions, server);
            resources.releaseTransport(connectionOptions);
            resources.releaseAcceptedJobs(server);
            mask.release(credentials.apiKey());
            connectionOptions.secrets().forEach(mask::release);
            resources.releaseMask(server);
            if (ownResources) {
                resources.close();
            }
        }
    }

    /**
     * Refuses what cannot be the base URL of a server.
     *
     * @throws IllegalArgumentException if the URL is missing or none; it says what to change, and shows no credentials
     */
    public static void checkServerUrl(String serverUrl) {
        ServerUrl.parse(serverUrl);
    }

    /**
     * The base URL of a server in the one form that names it: scheme and host in lower case, without the scheme's default port,
     * without a slash at its end.
     *
     * @throws IllegalArgumentException as {@link #checkServerUrl}
     */
    public static URI serverUri(String serverUrl) {
        return ServerUrl.parse(serverUrl);
    }

    private static String readVersion() {
        try (InputStream in = AipiClient.class.getResourceAsStream("/META-INF/io.aipi.camel/version.properties")) {
            if (in == null) {
                return "development";
            }
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty("version", "development");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Builds a client; only {@link #serverUrl} must be set. */
    public static final class Builder {

        private String serverUrl;
        private String user;
        private String apiKey;
        private String clientVersion = "camel-aipi " + version();
        private LoginMode loginMode = LoginMode.AUTO;
        private ConnectionOptions connectionOptions = ConnectionOptions.defaults();
        private ClientResources resources;

        private Builder() {}

        /** Base URL of the server, {@code http://} or {@code https://}. */
        public Builder serverUrl(String url) {
            serverUrl = url;
            return this;
        }

        /** Name of the user, null for none. */
        public Builder user(String name) {
            user = name;
            return this;
        }

        /** The API key; null, or blank as what nobody has filled in, for an open server. */
        public Builder apiKey(String key) {
            apiKey = key == null || key.isBlank() ? null : key;
            return this;
        }

        /** What the client calls itself at login. */
        public Builder clientVersion(String version) {
            clientVersion = Objects.requireNonNull(version);
            return this;
        }

        /** How a session key is obtained. */
        public Builder loginMode(LoginMode mode) {
            loginMode = Objects.requireNonNull(mode);
            return this;
        }

        /** How connections are made. */
        public Builder connectionOptions(ConnectionOptions options) {
            connectionOptions = Objects.requireNonNull(options);
            return this;
        }

        /** What is shared with other clients; without one, the client makes its own and closes it. */
        public Builder resources(ClientResources shared) {
            resources = shared;
            return this;
        }

        /**
         * Makes the client.
         *
         * @throws IllegalArgumentException if the URL of the server is missing or none; it says what to change
         */
        public AipiClient build() {
            AipiClient client = new AipiClient(this);
            client.resources.opened(client);
            return client;
        }
    }
}
