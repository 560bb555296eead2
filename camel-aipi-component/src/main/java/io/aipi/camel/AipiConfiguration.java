/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import io.aipi.camel.chat.ConversationRepository;
import io.aipi.camel.internal.chat.ChatOptions;
import io.aipi.camel.store.JobRepository;
import io.aipi.client.AipiClient;
import io.aipi.client.options.ConnectionOptions;
import io.aipi.client.options.Credentials;
import io.aipi.client.options.JobOptions;
import io.aipi.client.options.LoginMode;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.spi.HeaderFilterStrategy;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriParams;
import org.apache.camel.support.jsse.SSLContextParameters;

/** The options of the component and its endpoints; an endpoint starts from a copy of the component's. */
@UriParams
public class AipiConfiguration implements Cloneable {

    private static final Duration LONGEST = Duration.ofDays(3650);

    /** Between two scans of a repository: more often is nothing but load. */
    private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(10);

    private static final int MOST_THREADS = 10_000;

    @UriParam(
            description =
                    "Base URL of the AIPI server, such as http://gpu-server:7777; required, here or on the component.")
    private String serverUrl;

    @UriParam(
            label = "security",
            secret = true,
            description = "Name of the user, for servers that ask for one at login.")
    private String user;

    @UriParam(
            label = "security",
            secret = true,
            description =
                    "API key; not needed on an open server. Sent at login, with the query of the server's list of endpoints"
                            + " and that of the key's validity, and with each call of a job if loginMode is none.")
    private String apiKey;

    @UriParam(
            label = "advanced",
            description = "Name and version of the client that is sent at login. By default camel-aipi and the"
                    + " component's version.")
    private String clientVersion = "camel-aipi " + AipiClient.version();

    @UriParam(
            label = "security",
            defaultValue = "auto",
            enums = "auto,shared,endpoint,none",
            description =
                    "How a session key is obtained. auto finds out, remembers per server, and costs one extra request"
                            + " at most. shared is POST /login with a JSON body, as documented. endpoint is GET /NAME/login"
                            + " with a query, as served by AIME API Server 0.9. none is no login: the API key goes with each"
                            + " submit and each poll of a job, and the server hands it on to its workers.")
    private String loginMode = "auto";

    @UriParam(
            defaultValue = "false",
            description =
                    "Log in at the first exchange instead of when the route starts. By default a route fails to start,"
                            + " with the reason, if the server cannot be reached, refuses the login or has no such endpoint.")
    private boolean lazyLogin;

    @UriParam(
            defaultValue = "true",
            description = "Whether the exchange waits for the result. If false, it continues when the server has"
                    + " accepted the job, with the job's id as body and in the header CamelAipiJobId. Progress"
                    + " and result go to progressUri as exchanges of their own.")
    private boolean waitForResult = true;

    @UriParam(
            defaultValue = "false",
            description = "With waitForResult: the server holds one request until the result is there, instead of"
                    + " being polled. There is no progress, each job takes a connection, and the server gives up"
                    + " after a time of its own (60 seconds by default). For short jobs only: a held request"
                    + " that breaks takes a worker of the server out of service.")
    private boolean holdConnection;

    @UriParam(
            description =
                    "Endpoint that gets an exchange for every change in a job's progress, such as direct:progress.")
    private String progressUri;

    @UriParam(
            defaultValue = "auto",
            description = "Request parameter that takes the prompt. auto asks the server's description of the endpoint,"
                    + " where it has one; without one it is prompt, as documented.")
    private String promptParameter = "auto";

    @UriParam(
            prefix = "param.",
            multiValue = true,
            description = "Fixed request parameters (param.temperature=0.7). They get the JSON type that the server's"
                    + " description of the endpoint gives them; without one, what looks like a number or a boolean is sent"
                    + " as one. A parameter of the message wins.")
    private Map<String, Object> parameters = new LinkedHashMap<>();

    @UriParam(defaultValue = "auto", description = "The message body after the job has its result.")
    private OutputType outputType = OutputType.auto;

    @UriParam(
            label = "advanced",
            description = "Field of the result that becomes the message body, such as audio_output, in place of what"
                    + " outputType says.")
    private String outputField;

    @UriParam(
            label = "advanced",
            description = "Field of the result that is its text. By default the server's description of the endpoint"
                    + " tells; without one it is text, result or text_output, the first that is there.")
    private String textField;

    @UriParam(defaultValue = "submit", description = "What the producer does.")
    private AipiOperation operation = AipiOperation.submit;

    @UriParam(
            label = "security",
            defaultValue = "false",
            description =
                    "Whether the header `CamelAipiOperation` of a message chooses the operation. By default a message that"
                            + " asks for another operation than the endpoint's fails: a sender could take another one's"
                            + " result. Turn it on only where the header is set by the route, or by senders who are trusted.")
    private boolean allowOperationFromHeader;

    @UriParam(
            label = "polling",
            defaultValue = "100ms",
            description = "Minimum time between two polls of a job, and before the first one. Polls are this close"
                    + " only where the job is expected to end. Elsewhere they are at least three times as far"
                    + " apart.")
    private Duration pollInterval = JobOptions.defaults().pollInterval();

    @UriParam(label = "polling", defaultValue = "5s", description = "Maximum time between two polls of a job.")
    private Duration maxPollInterval = JobOptions.defaults().maxPollInterval();

    @UriParam(
            label = "timeout",
            defaultValue = "30s",
            description = "Maximum time for one HTTP request, from its connection to the end of the response."
                    + " Waiting for a free connection has the same time of its own. Does not apply to held"
                    + " requests.")
    private Duration requestTimeout = JobOptions.defaults().requestTimeout();

    @UriParam(
            label = "timeout",
            defaultValue = "10s",
            description = "Maximum time to make a connection. The TLS handshake has as long again.")
    private Duration connectTimeout = ConnectionOptions.defaults().connectTimeout();

    @UriParam(
            label = "timeout",
            defaultValue = "1h",
            description = "Maximum time for a whole job from its acceptance. After that the exchange fails with a"
                    + " timeout that names the job.")
    private Duration jobTimeout = JobOptions.defaults().jobTimeout();

    @UriParam(
            label = "timeout",
            defaultValue = "0",
            description = "How long a submit is repeated, with backoff, while the server's queue is full. 0 fails"
                    + " the exchange at once.")
    private Duration queueFullTimeout = JobOptions.defaults().queueFullTimeout();

    @UriParam(
            label = "timeout",
            defaultValue = "1m",
            description = "How long polling goes on while all polls of a job fail, or while the server calls the"
                    + " job lapsed. Jobs can come back.")
    private Duration pollFailureTimeout = JobOptions.defaults().pollFailureTimeout();

    @UriParam(
            defaultValue = "0",
            description = "Maximum number of jobs in flight for this endpoint. Further exchanges wait without"
                    + " taking a thread. 0 is no bound. For the consumer: maximum number of jobs that it follows"
                    + " or routes. Further jobs wait in the jobRepository, where the server may drop their"
                    + " results meanwhile.")
    private int maxInFlight;

    @UriParam(
            label = "producer",
            defaultValue = "0",
            description = "With maxInFlight: maximum number of exchanges that wait. Beyond it the producer blocks"
                    + " the calling thread until one has ended, so that a fast source is held back and does not"
                    + " fill the memory. 0 is no bound.")
    private int maxWaiting;

    @UriParam(
            description = "Where detached jobs are stored from their acceptance until a route has processed their"
                    + " result, so that they survive a restart. For the producer with waitForResult=false, and"
                    + " for the consumer. Without one, detached jobs are kept in memory.")
    private JobRepository jobRepository;

    @UriParam(
            label = "chat",
            description = "How a chat model is to behave. Sent before the conversation, or the prompt alone.")
    private String systemMessage;

    @UriParam(
            label = "chat",
            defaultValue = "false",
            description =
                    "Whether exchanges hold a conversation with a chat model. The messages so far are the exchange"
                            + " property `CamelAipiConversation`, with which the next aipi: of the exchange goes on. With a"
                            + " conversationRepository and the header `CamelAipiConversationId` they are kept across exchanges.")
    private boolean conversationMemory;

    @UriParam(
            label = "chat",
            description = "Where conversations are kept, each under the id in the header `CamelAipiConversationId`.")
    private ConversationRepository conversationRepository;

    @UriParam(
            label = "chat",
            defaultValue = "100",
            description =
                    "Maximum number of messages of a conversation that are sent with a prompt. The oldest are left"
                            + " out, questions with their answers, and never the system message. Fewer are sent where the server"
                            + " has said how many tokens fit. 0 is no bound.")
    private int maxConversationMessages = 100;

    @UriParam(
            label = "chat,advanced",
            defaultValue = "auto",
            description = "Request parameter that takes a conversation. auto asks the server's description of the"
                    + " endpoint; without one it has to be named.")
    private String contextParameter = "auto";

    @UriParam(
            label = "chat",
            defaultValue = "false",
            description = "With waitForResult: the exchange goes on with the first words of the text. Its body is an"
                    + " Iterator of the parts as they come, for split(body()).streaming(), or an InputStream. The job is"
                    + " polled every pollInterval.")
    private boolean streaming;

    @UriParam(
            label = "advanced",
            description = "Which headers of a message are stored with its detached job, and copied to exchanges for"
                    + " progress and results. By default all but those that carry credentials, and those about"
                    + " the HTTP request that brought the message.")
    private HeaderFilterStrategy headerFilterStrategy = new AipiHeaderFilterStrategy();

    @UriParam(
            label = "advanced",
            defaultValue = "true",
            description = "Whether spans carry the job's id, as aipi.job.id.")
    private boolean telemetryJobId = true;

    @UriParam(
            label = "advanced",
            defaultValue = "false",
            description = "Whether spans carry prompts, answers and the messages of failures. Whoever may read traces"
                    + " can read these then.")
    private boolean telemetryContent;

    @UriParam(
            label = "consumer",
            defaultValue = "false",
            description = "Whether changes in a job's progress are routed, too. Progress is conflated: while an"
                    + " exchange is processed, newer progress replaces older, so a slow route may skip some. No"
                    + " progress comes after the job's result.")
    private boolean consumeProgress;

    @UriParam(
            label = "consumer",
            defaultValue = "1",
            description = "Maximum number of exchanges the consumer processes concurrently. Exchanges of one job"
                    + " never overlap.")
    private int concurrentConsumers = 1;

    @UriParam(
            label = "consumer",
            defaultValue = "5",
            description = "How often the result or failure of a job is routed again after its route failed, or the"
                    + " process ended in the middle of it. After that it goes to deadLetterUri.")
    private int maximumRedeliveries = 5;

    @UriParam(
            label = "consumer",
            defaultValue = "1s",
            description = "Time before the first redelivery. It doubles with each redelivery, up to a minute.")
    private Duration redeliveryDelay = Duration.ofSeconds(1);

    @UriParam(
            label = "consumer",
            description = "Endpoint that gets the result or failure of a job whose route has failed too often. By"
                    + " default that of the jobRepository, if it has one. Without one the job stays in the"
                    + " jobRepository and is routed again when the consumer starts anew; in memory it is"
                    + " dropped.")
    private String deadLetterUri;

    @UriParam(
            label = "consumer",
            defaultValue = "5s",
            javaType = "java.time.Duration",
            description = "Minimum time after the start of the consumer before it routes results of stored jobs"
                    + " that have a request id (the header `CamelAipiRequestId`). After a crash a broker"
                    + " delivers unacknowledged messages again. The job has to be stored until then, or it is"
                    + " submitted twice. Applies only to jobs that were stored before the start.")
    private Duration redeliveryGracePeriod = Duration.ofSeconds(5);

    @UriParam(
            label = "consumer",
            defaultValue = "5s",
            description = "Time between two scans of the jobRepository for jobs that other processes have stored,"
                    + " and between two attempts at what it has refused.")
    private Duration repositoryScanInterval = Duration.ofSeconds(5);

    @UriParam(
            label = "security",
            description = "TLS parameters: trust store, key store, protocols. By default those of the JVM.")
    private SSLContextParameters sslContextParameters;

    @UriParam(label = "proxy", description = "Host of an HTTP proxy. HTTPS goes through it by CONNECT.")
    private String proxyHost;

    @UriParam(label = "proxy", description = "Port of the HTTP proxy.")
    private Integer proxyPort;

    @UriParam(label = "proxy", secret = true, description = "Name of the user at the proxy, for Basic authentication.")
    private String proxyUser;

    @UriParam(label = "proxy", secret = true, description = "Password of the user at the proxy.")
    private String proxyPassword;

    @UriParam(
            label = "security",
            prefix = "header.",
            multiValue = true,
            secret = true,
            description =
                    "HTTP headers of each request to the server, such as a gateway between may ask for. Set secret ones on"
                            + " the component. Values of six characters or more are treated as secrets.")
    private Map<String, Object> httpHeaders = new LinkedHashMap<>();

    @UriParam(
            label = "advanced",
            defaultValue = "100",
            description = "Maximum number of open connections to one server, idle ones included. Held requests"
                    + " (holdConnection) have as many of their own, and take one for their whole job.")
    private int maxConnections = ConnectionOptions.DEFAULT_MAX_CONNECTIONS;

    @UriParam(
            label = "advanced",
            defaultValue = "268435456",
            description = "Maximum size of a response in bytes, decoded. A larger response fails the exchange.")
    private long maxResponseSize = ConnectionOptions.DEFAULT_MAX_RESPONSE_SIZE;

    @UriParam(
            label = "advanced",
            defaultValue = "1m",
            description = "Maximum age of a connection that is used again, so that a change of the server's address"
                    + " is followed. 0 is no bound.")
    private Duration connectionTimeToLive = ConnectionOptions.defaults().connectionTimeToLive();

    @UriParam(
            label = "advanced",
            description =
                    "How an exchange becomes a request, and a result an exchange. By default the documented mapping.")
    private AipiBinding binding = new DefaultAipiBinding();

    /** A copy that can be changed without changing this one. */
    public AipiConfiguration copy() {
        try {
            AipiConfiguration copy = (AipiConfiguration) clone();
            copy.parameters = new LinkedHashMap<>(parameters);
            copy.httpHeaders = new LinkedHashMap<>(httpHeaders);
            return copy;
        } catch (CloneNotSupportedException e) {
            throw new RuntimeCamelException(e);
        }
    }

    /**
     * These options in the form that the client takes.
     *
     * @throws IllegalArgumentException for an option that makes no sense; it names the option
     */
    JobOptions jobOptions() {
        String prompt = "auto".equals(promptParameter) ? null : promptParameter;
        return new JobOptions(
                prompt,
                "auto".equals(contextParameter) ? null : contextParameter,
                isConversation(),
                textField,
                parameters,
                requestTimeout,
                jobTimeout,
                pollInterval,
                // whoever reads a text while it grows waits for each poll
                streaming ? pollInterval : maxPollInterval,
                queueFullTimeout,
                pollFailureTimeout);
    }

    /** Whether requests bring more than their prompt. */
    boolean isConversation() {
        return conversationMemory || systemMessage != null;
    }

    /** How conversations are held. */
    ChatOptions chatOptions() {
        return new ChatOptions(
                systemMessage, conversationMemory, conversationRepository, maxConversationMessages, jobTimeout);
    }

    /**
     * These options in the form that the client takes.
     *
     * @throws IllegalArgumentException for credentials that cannot be; it names the option, not its value
     */
    Credentials credentials() {
        return new Credentials(user, apiKey);
    }

    /**
     * These options in the form that the client takes.
     *
     * @throws IllegalArgumentException for an option that makes no sense; it names the option
     */
    ConnectionOptions connectionOptions(SSLContext sslContext) {
        if ((proxyHost == null) != (proxyPort == null)) {
            throw new IllegalArgumentException("proxyHost and proxyPort belong together: set both or none");
        }
        Map<String, String> headers = new LinkedHashMap<>();
        httpHeaders.forEach((name, value) -> headers.put(name, value == null ? null : value.toString()));
        return new ConnectionOptions(
                connectTimeout,
                maxConnections,
                maxResponseSize,
                connectionTimeToLive,
                proxy(),
                orNull(proxyUser),
                orNull(proxyPassword),
                headers,
                sslContext,
                null);
    }

    /** Blank as what nobody has filled in. */
    private static String orNull(String text) {
        return text == null || text.isBlank() ? null : text;
    }

    /**
     * Checks what the client does not take, and bounds it.
     *
     * @throws IllegalArgumentException for an option that makes no sense; it names the option
     */
    void check() {
        notNegative("maxInFlight", maxInFlight, "0 is no bound");
        notNegative("maxWaiting", maxWaiting, "0 is no bound");
        notNegative("maxConversationMessages", maxConversationMessages, "0 is no bound");
        if (streaming && (!waitForResult || holdConnection)) {
            throw new IllegalArgumentException("streaming needs waitForResult=true and holdConnection=false");
        }
        notNegative("maximumRedeliveries", maximumRedeliveries, "0 is no redelivery");
        if (concurrentConsumers < 1 || concurrentConsumers > MOST_THREADS) {
            throw new IllegalArgumentException(
                    "concurrentConsumers must be between 1 and " + MOST_THREADS + ", but is " + concurrentConsumers);
        }
        repositoryScanInterval = bounded("repositoryScanInterval", repositoryScanInterval, SHORTEST_INTERVAL);
        redeliveryDelay = bounded("redeliveryDelay", redeliveryDelay, Duration.ZERO);
        redeliveryGracePeriod = bounded("redeliveryGracePeriod", redeliveryGracePeriod, Duration.ZERO);
    }

    private static void notNegative(String name, int value, String zero) {
        if (value < 0) {
            throw new IllegalArgumentException(name + " must not be negative, but is " + value + "; " + zero);
        }
    }

    /** More than ten years count as ten years, so that the nanoseconds can be counted. */
    private static Duration bounded(String name, Duration value, Duration least) {
        if (value == null) {
            throw new IllegalArgumentException(name + " is missing");
        }
        if (value.compareTo(least) < 0) {
            throw new IllegalArgumentException(name + " must be " + least.toMillis() + " ms or more, but is " + value);
        }
        return value.compareTo(LONGEST) < 0 ? value : LONGEST;
    }

    private URI proxy() {
        if (proxyHost == null) {
            return null;
        }
        try {
            URI proxy = new URI("http://" + proxyHost + ":" + proxyPort);
            if (proxyHost.equals(proxy.getHost()) && proxyPort > 0 && proxyPort < 65_536) {
                return proxy;
            }
        } catch (URISyntaxException e) {
            // said below, with the options' names
        }
        throw new IllegalArgumentException(
                "proxyHost and proxyPort must be a host's name or address and its port, but are " + proxyHost + " and "
                        + proxyPort);
    }

    /**
     * These options in the form that the client takes.
     *
     * @throws IllegalArgumentException for a word that is no login mode
     */
    LoginMode loginModeValue() {
        return Arrays.stream(LoginMode.values())
                .filter(mode -> mode.name().equalsIgnoreCase(loginMode))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "loginMode must be auto, shared, endpoint or none, but is " + loginMode));
    }

    public String getServerUrl() {
        return serverUrl;
    }

    public void setServerUrl(String serverUrl) {
        this.serverUrl = serverUrl;
    }

    public String getUser() {
        return user;
    }

    public void setUser(String user) {
        this.user = user;
    }

    public String getApiKey() {
        return apiKey;
    }

    public void setApiKey(String apiKey) {
        this.apiKey = apiKey;
    }

    public String getClientVersion() {
        return clientVersion;
    }

    public void setClientVersion(String clientVersion) {
        this.clientVersion = clientVersion;
    }

    public String getLoginMode() {
        return loginMode;
    }

    public void setLoginMode(String loginMode) {
        this.loginMode = loginMode;
    }

    public boolean isLazyLogin() {
        return lazyLogin;
    }

    public void setLazyLogin(boolean lazyLogin) {
        this.lazyLogin = lazyLogin;
    }

    public boolean isWaitForResult() {
        return waitForResult;
    }

    public void setWaitForResult(boolean waitForResult) {
        this.waitForResult = waitForResult;
    }

    public boolean isHoldConnection() {
        return holdConnection;
    }

    public void setHoldConnection(boolean holdConnection) {
        this.holdConnection = holdConnection;
    }

    public String getProgressUri() {
        return progressUri;
    }

    public void setProgressUri(String progressUri) {
        this.progressUri = progressUri;
    }

    public String getPromptParameter() {
        return promptParameter;
    }

    public void setPromptParameter(String promptParameter) {
        this.promptParameter = promptParameter;
    }

    public Map<String, Object> getParameters() {
        return parameters;
    }

    public void setParameters(Map<String, Object> parameters) {
        this.parameters = parameters;
    }

    public String getSystemMessage() {
        return systemMessage;
    }

    public void setSystemMessage(String systemMessage) {
        this.systemMessage = systemMessage;
    }

    public boolean isConversationMemory() {
        return conversationMemory;
    }

    public void setConversationMemory(boolean conversationMemory) {
        this.conversationMemory = conversationMemory;
    }

    public ConversationRepository getConversationRepository() {
        return conversationRepository;
    }

    public void setConversationRepository(ConversationRepository conversationRepository) {
        this.conversationRepository = conversationRepository;
    }

    public int getMaxConversationMessages() {
        return maxConversationMessages;
    }

    public void setMaxConversationMessages(int maxConversationMessages) {
        this.maxConversationMessages = maxConversationMessages;
    }

    public String getContextParameter() {
        return contextParameter;
    }

    public void setContextParameter(String contextParameter) {
        this.contextParameter = contextParameter;
    }

    public boolean isStreaming() {
        return streaming;
    }

    public void setStreaming(boolean streaming) {
        this.streaming = streaming;
    }

    public String getTextField() {
        return textField;
    }

    public void setTextField(String textField) {
        this.textField = textField;
    }

    public String getOutputField() {
        return outputField;
    }

    public void setOutputField(String outputField) {
        this.outputField = outputField;
    }

    public OutputType getOutputType() {
        return outputType;
    }

    public void setOutputType(OutputType outputType) {
        this.outputType = outputType;
    }

    public boolean isAllowOperationFromHeader() {
        return allowOperationFromHeader;
    }

    public void setAllowOperationFromHeader(boolean allowOperationFromHeader) {
        this.allowOperationFromHeader = allowOperationFromHeader;
    }

    public AipiOperation getOperation() {
        return operation;
    }

    public void setOperation(AipiOperation operation) {
        this.operation = operation;
    }

    public Duration getPollInterval() {
        return pollInterval;
    }

    public void setPollInterval(Duration pollInterval) {
        this.pollInterval = pollInterval;
    }

    public Duration getMaxPollInterval() {
        return maxPollInterval;
    }

    public void setMaxPollInterval(Duration maxPollInterval) {
        this.maxPollInterval = maxPollInterval;
    }

    public Duration getRequestTimeout() {
        return requestTimeout;
    }

    public void setRequestTimeout(Duration requestTimeout) {
        this.requestTimeout = requestTimeout;
    }

    public Duration getConnectTimeout() {
        return connectTimeout;
    }

    public void setConnectTimeout(Duration connectTimeout) {
        this.connectTimeout = connectTimeout;
    }

    public Duration getJobTimeout() {
        return jobTimeout;
    }

    public void setJobTimeout(Duration jobTimeout) {
        this.jobTimeout = jobTimeout;
    }

    public Duration getQueueFullTimeout() {
        return queueFullTimeout;
    }

    public void setQueueFullTimeout(Duration queueFullTimeout) {
        this.queueFullTimeout = queueFullTimeout;
    }

    public Duration getPollFailureTimeout() {
        return pollFailureTimeout;
    }

    public void setPollFailureTimeout(Duration pollFailureTimeout) {
        this.pollFailureTimeout = pollFailureTimeout;
    }

    public int getMaxInFlight() {
        return maxInFlight;
    }

    public void setMaxInFlight(int maxInFlight) {
        this.maxInFlight = maxInFlight;
    }

    public HeaderFilterStrategy getHeaderFilterStrategy() {
        return headerFilterStrategy;
    }

    public void setHeaderFilterStrategy(HeaderFilterStrategy headerFilterStrategy) {
        this.headerFilterStrategy = headerFilterStrategy;
    }

    public int getMaxWaiting() {
        return maxWaiting;
    }

    public void setMaxWaiting(int maxWaiting) {
        this.maxWaiting = maxWaiting;
    }

    public JobRepository getJobRepository() {
        return jobRepository;
    }

    public void setJobRepository(JobRepository jobRepository) {
        this.jobRepository = jobRepository;
    }

    public boolean isConsumeProgress() {
        return consumeProgress;
    }

    public void setConsumeProgress(boolean consumeProgress) {
        this.consumeProgress = consumeProgress;
    }

    public int getConcurrentConsumers() {
        return concurrentConsumers;
    }

    public void setConcurrentConsumers(int concurrentConsumers) {
        this.concurrentConsumers = concurrentConsumers;
    }

    public int getMaximumRedeliveries() {
        return maximumRedeliveries;
    }

    public void setMaximumRedeliveries(int maximumRedeliveries) {
        this.maximumRedeliveries = maximumRedeliveries;
    }

    public Duration getRedeliveryDelay() {
        return redeliveryDelay;
    }

    public void setRedeliveryDelay(Duration redeliveryDelay) {
        this.redeliveryDelay = redeliveryDelay;
    }

    public String getDeadLetterUri() {
        return deadLetterUri;
    }

    public void setDeadLetterUri(String deadLetterUri) {
        this.deadLetterUri = deadLetterUri;
    }

    public Duration getRedeliveryGracePeriod() {
        return redeliveryGracePeriod;
    }

    public void setRedeliveryGracePeriod(Duration redeliveryGracePeriod) {
        this.redeliveryGracePeriod = redeliveryGracePeriod;
    }

    public Duration getRepositoryScanInterval() {
        return repositoryScanInterval;
    }

    public void setRepositoryScanInterval(Duration repositoryScanInterval) {
        this.repositoryScanInterval = repositoryScanInterval;
    }

    public SSLContextParameters getSslContextParameters() {
        return sslContextParameters;
    }

    public void setSslContextParameters(SSLContextParameters sslContextParameters) {
        this.sslContextParameters = sslContextParameters;
    }

    public String getProxyHost() {
        return proxyHost;
    }

    public void setProxyHost(String proxyHost) {
        this.proxyHost = proxyHost;
    }

    public Integer getProxyPort() {
        return proxyPort;
    }

    public void setProxyPort(Integer proxyPort) {
        this.proxyPort = proxyPort;
    }

    public String getProxyUser() {
        return proxyUser;
    }

    public void setProxyUser(String proxyUser) {
        this.proxyUser = proxyUser;
    }

    public String getProxyPassword() {
        return proxyPassword;
    }

    public void setProxyPassword(String proxyPassword) {
        this.proxyPassword = proxyPassword;
    }

    public Map<String, Object> getHttpHeaders() {
        return httpHeaders;
    }

    public void setHttpHeaders(Map<String, Object> httpHeaders) {
        this.httpHeaders = httpHeaders;
    }

    public int getMaxConnections() {
        return maxConnections;
    }

    public void setMaxConnections(int maxConnections) {
        this.maxConnections = maxConnections;
    }

    public long getMaxResponseSize() {
        return maxResponseSize;
    }

    public void setMaxResponseSize(long maxResponseSize) {
        this.maxResponseSize = maxResponseSize;
    }

    public Duration getConnectionTimeToLive() {
        return connectionTimeToLive;
    }

    public void setConnectionTimeToLive(Duration connectionTimeToLive) {
        this.connectionTimeToLive = connectionTimeToLive;
    }

    public AipiBinding getBinding() {
        return binding;
    }

    public void setBinding(AipiBinding binding) {
        this.binding = binding;
    }

    public boolean isTelemetryJobId() {
        return telemetryJobId;
    }

    public void setTelemetryJobId(boolean telemetryJobId) {
        this.telemetryJobId = telemetryJobId;
    }

    public boolean isTelemetryContent() {
        return telemetryContent;
    }

    public void setTelemetryContent(boolean telemetryContent) {
        this.telemetryContent = telemetryContent;
    }
}
