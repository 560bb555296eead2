/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.springboot;

import io.aipi.camel.AipiOperation;
import io.aipi.camel.OutputType;
import java.time.Duration;
import java.util.Map;
import org.apache.camel.spring.boot.ComponentConfigurationPropertiesCommon;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * The component's options as properties. Null is not set: the component keeps what it has.
 *
 * <p>Made from the component's catalog entry: see ConfigurationMetadataTest.
 */
@ConfigurationProperties("camel.component.aipi")
public class AipiComponentConfiguration extends ComponentConfigurationPropertiesCommon {

    /**
     * The options that endpoints start from. The name of a bean of type io.aipi.camel.AipiConfiguration.
     */
    private String configuration;

    /**
     * With waitForResult: the server holds one request until the result is there, instead of being polled. There is
     * no progress, each job takes a connection, and the server gives up after a time of its own (60 seconds by
     * default). For short jobs only: a held request that breaks takes a worker of the server out of service.
     */
    private Boolean holdConnection;

    /**
     * Where detached jobs are stored from their acceptance until a route has processed their result, so that they
     * survive a restart. For the producer with waitForResult=false, and for the consumer. Without one, detached jobs
     * are kept in memory. The name of a bean of type io.aipi.camel.store.JobRepository.
     */
    private String jobRepository;

    /**
     * Log in at the first exchange instead of when the route starts. By default a route fails to start, with the
     * reason, if the server cannot be reached, refuses the login or has no such endpoint.
     */
    private Boolean lazyLogin;

    /**
     * Maximum number of jobs in flight for this endpoint. Further exchanges wait without taking a thread. 0 is no
     * bound. For the consumer: maximum number of jobs that it follows or routes. Further jobs wait in the
     * jobRepository, where the server may drop their results meanwhile.
     */
    private Integer maxInFlight;

    /**
     * What the producer does.
     */
    private AipiOperation operation;

    /**
     * The message body after the job has its result.
     */
    private OutputType outputType;

    /**
     * Fixed request parameters (param.temperature=0.7). They get the JSON type that the server's description of the
     * endpoint gives them; without one, what looks like a number or a boolean is sent as one. A parameter of the
     * message wins. This is a multi-value option with prefix: param.
     */
    private Map<String, Object> parameters;

    /**
     * Endpoint that gets an exchange for every change in a job's progress, such as direct:progress.
     */
    private String progressUri;

    /**
     * Request parameter that takes the prompt. auto asks the server's description of the endpoint, where it has one;
     * without one it is prompt, as documented.
     */
    private String promptParameter;

    /**
     * Base URL of the AIPI server, such as http://gpu-server:7777; required, here or on the component.
     */
    private String serverUrl;

    /**
     * Whether the exchange waits for the result. If false, it continues when the server has accepted the job, with
     * the job's id as body and in the header CamelAipiJobId. Progress and result go to progressUri as exchanges of
     * their own.
     */
    private Boolean waitForResult;

    /**
     * Allows for bridging the consumer to the Camel routing Error Handler, which mean any exceptions (if possible)
     * occurred while the Camel consumer is trying to pickup incoming messages, or the likes, will now be processed as
     * a message and handled by the routing Error Handler. Important: This is only possible if the 3rd party component
     * allows Camel to be alerted if an exception was thrown. Some components handle this internally only, and
     * therefore bridgeErrorHandler is not possible. In other situations we may improve the Camel component to hook
     * into the 3rd party component and make this possible for future releases. By default the consumer will use the
     * org.apache.camel.spi.ExceptionHandler to deal with exceptions, that will be logged at WARN or ERROR level and
     * ignored.
     */
    private Boolean bridgeErrorHandler;

    /**
     * Maximum number of exchanges the consumer processes concurrently. Exchanges of one job never overlap.
     */
    private Integer concurrentConsumers;

    /**
     * Whether changes in a job's progress are routed, too. Progress is conflated: while an exchange is processed,
     * newer progress replaces older, so a slow route may skip some. No progress comes after the job's result.
     */
    private Boolean consumeProgress;

    /**
     * Endpoint that gets the result or failure of a job whose route has failed too often. By default that of the
     * jobRepository, if it has one. Without one the job stays in the jobRepository and is routed again when the
     * consumer starts anew; in memory it is dropped.
     */
    private String deadLetterUri;

    /**
     * How often the result or failure of a job is routed again after its route failed, or the process ended in the
     * middle of it. After that it goes to deadLetterUri.
     */
    private Integer maximumRedeliveries;

    /**
     * Time before the first redelivery. It doubles with each redelivery, up to a minute.
     */
    private Duration redeliveryDelay;

    /**
     * Minimum time after the start of the consumer before it routes results of stored jobs that have a request id
     * (the header CamelAipiRequestId). After a crash a broker delivers unacknowledged messages again. The job has to
     * be stored until then, or it is submitted twice. Applies only to jobs that were stored before the start.
     */
    private Duration redeliveryGracePeriod;

    /**
     * Time between two scans of the jobRepository for jobs that other processes have stored, and between two attempts
     * at what it has refused.
     */
    private Duration repositoryScanInterval;

    /**
     * Whether the producer should be started lazy (on the first message). By starting lazy you can use this to allow
     * CamelContext and routes to startup in situations where a producer may otherwise fail during starting and cause
     * the route to fail being started. By deferring this startup to be lazy then the startup failure can be handled
     * during routing messages via Camel's routing error handlers. Beware that when the first message is processed
     * then creating and starting the producer may take a little time and prolong the total processing time of the
     * processing.
     */
    private Boolean lazyStartProducer;

    /**
     * With maxInFlight: maximum number of exchanges that wait. Beyond it the producer blocks the calling thread until
     * one has ended, so that a fast source is held back and does not fill the memory. 0 is no bound.
     */
    private Integer maxWaiting;

    /**
     * Whether autowiring is enabled. This is used for automatic autowiring options (the option must be marked as
     * autowired) by looking up in the registry to find if there is a single instance of matching type, which then
     * gets configured on the component. This can be used for automatic configuring JDBC data sources, JMS connection
     * factories, AWS Clients, etc.
     */
    private Boolean autowiredEnabled;

    /**
     * How an exchange becomes a request, and a result an exchange. By default the documented mapping. The name of a
     * bean of type io.aipi.camel.AipiBinding.
     */
    private String binding;

    /**
     * Name and version of the client that is sent at login. By default camel-aipi and the component's version.
     */
    private String clientVersion;

    /**
     * Maximum age of a connection that is used again, so that a change of the server's address is followed. 0 is no
     * bound.
     */
    private Duration connectionTimeToLive;

    /**
     * Which headers of a message are stored with its detached job, and copied to exchanges for progress and results.
     * By default all but those that carry credentials, and those about the HTTP request that brought the message. The
     * name of a bean of type org.apache.camel.spi.HeaderFilterStrategy.
     */
    private String headerFilterStrategy;

    /**
     * Maximum number of open connections to one server, idle ones included. Held requests (holdConnection) have as
     * many of their own, and take one for their whole job.
     */
    private Integer maxConnections;

    /**
     * Maximum bytes of all responses together that are being received or decoded, over all servers. A response that
     * does not fit waits unread. A single response may be larger. 0 is a quarter of the heap.
     */
    private Long maxResponseMemory;

    /**
     * Maximum size of a response in bytes, decoded. A larger response fails the exchange.
     */
    private Long maxResponseSize;

    /**
     * Maximum number of worker threads. There are more than workerPoolSize only while routes block their threads, for
     * example by waiting for another route. When all are blocked, exchanges wait, and a warning names the routes.
     * Progress exchanges have as many threads of their own. Not used where Camel uses virtual threads.
     */
    private Integer maxWorkerPoolSize;

    /**
     * Field of the result that becomes the message body, such as audio_output, in place of what outputType says.
     */
    private String outputField;

    /**
     * Whether spans carry prompts, answers and the messages of failures. Whoever may read traces can read these then.
     */
    private Boolean telemetryContent;

    /**
     * Whether spans carry the job's id, as aipi.job.id.
     */
    private Boolean telemetryJobId;

    /**
     * Field of the result that is its text. By default the server's description of the endpoint tells; without one it
     * is text, result or text_output, the first that is there.
     */
    private String textField;

    /**
     * Number of worker threads, on which exchanges continue when their result is there. Waiting for a result takes no
     * thread. Threads that a route blocks are replaced, up to maxWorkerPoolSize.
     */
    private Integer workerPoolSize;

    /**
     * Whether exchanges hold a conversation with a chat model. The messages so far are the exchange property
     * CamelAipiConversation, with which the next aipi: of the exchange goes on. With a conversationRepository and the
     * header CamelAipiConversationId they are kept across exchanges.
     */
    private Boolean conversationMemory;

    /**
     * Where conversations are kept, each under the id in the header CamelAipiConversationId. The name of a bean of
     * type io.aipi.camel.chat.ConversationRepository.
     */
    private String conversationRepository;

    /**
     * Maximum number of messages of a conversation that are sent with a prompt. The oldest are left out, questions
     * with their answers, and never the system message. Fewer are sent where the server has said how many tokens fit.
     * 0 is no bound.
     */
    private Integer maxConversationMessages;

    /**
     * With waitForResult: the exchange goes on with the first words of the text. Its body is an Iterator of the parts
     * as they come, for split(body()).streaming(), or an InputStream. The job is polled every pollInterval.
     */
    private Boolean streaming;

    /**
     * How a chat model is to behave. Sent before the conversation, or the prompt alone.
     */
    private String systemMessage;

    /**
     * Request parameter that takes a conversation. auto asks the server's description of the endpoint; without one it
     * has to be named.
     */
    private String contextParameter;

    /**
     * Used for enabling or disabling all consumer based health checks from this component
     */
    private Boolean healthCheckConsumerEnabled;

    /**
     * Used for enabling or disabling all producer based health checks from this component. Notice: Camel has by
     * default disabled all producer based health-checks. You can turn on producer checks globally by setting
     * camel.health.producersEnabled=true.
     */
    private Boolean healthCheckProducerEnabled;

    /**
     * Maximum time between two polls of a job.
     */
    private Duration maxPollInterval;

    /**
     * Minimum time between two polls of a job, and before the first one. Polls are this close only where the job is
     * expected to end. Elsewhere they are at least three times as far apart.
     */
    private Duration pollInterval;

    /**
     * Host of an HTTP proxy. HTTPS goes through it by CONNECT.
     */
    private String proxyHost;

    /**
     * Password of the user at the proxy.
     */
    private String proxyPassword;

    /**
     * Port of the HTTP proxy.
     */
    private Integer proxyPort;

    /**
     * Name of the user at the proxy, for Basic authentication.
     */
    private String proxyUser;

    /**
     * Whether the header CamelAipiOperation of a message chooses the operation. By default a message that asks for
     * another operation than the endpoint's fails: a sender could take another one's result. Turn it on only where
     * the header is set by the route, or by senders who are trusted.
     */
    private Boolean allowOperationFromHeader;

    /**
     * API key; not needed on an open server. Sent at login, with the query of the server's list of endpoints and that
     * of the key's validity, and with each call of a job if loginMode is none.
     */
    private String apiKey;

    /**
     * HTTP headers of each request to the server, such as a gateway between may ask for. Set secret ones on the
     * component. Values of six characters or more are treated as secrets. This is a multi-value option with prefix:
     * header.
     */
    private Map<String, Object> httpHeaders;

    /**
     * How a session key is obtained. auto finds out, remembers per server, and costs one extra request at most.
     * shared is POST /login with a JSON body, as documented. endpoint is GET /NAME/login with a query, as served by
     * AIME API Server 0.9. none is no login: the API key goes with each submit and each poll of a job, and the server
     * hands it on to its workers.
     */
    private String loginMode;

    /**
     * TLS parameters: trust store, key store, protocols. By default those of the JVM. The name of a bean of type
     * org.apache.camel.support.jsse.SSLContextParameters.
     */
    private String sslContextParameters;

    /**
     * Enable usage of global SSL context parameters.
     */
    private Boolean useGlobalSslContextParameters;

    /**
     * Name of the user, for servers that ask for one at login.
     */
    private String user;

    /**
     * Maximum time to make a connection. The TLS handshake has as long again.
     */
    private Duration connectTimeout;

    /**
     * Maximum time for a whole job from its acceptance. After that the exchange fails with a timeout that names the
     * job.
     */
    private Duration jobTimeout;

    /**
     * How long polling goes on while all polls of a job fail, or while the server calls the job lapsed. Jobs can come
     * back.
     */
    private Duration pollFailureTimeout;

    /**
     * How long a submit is repeated, with backoff, while the server's queue is full. 0 fails the exchange at once.
     */
    private Duration queueFullTimeout;

    /**
     * Maximum time for one HTTP request, from its connection to the end of the response. Waiting for a free
     * connection has the same time of its own. Does not apply to held requests.
     */
    private Duration requestTimeout;

    /** Nothing is set. */
    public AipiComponentConfiguration() {}

    public String getConfiguration() {
        return configuration;
    }

    public void setConfiguration(String configuration) {
        this.configuration = configuration;
    }

    public Boolean getHoldConnection() {
        return holdConnection;
    }

    public void setHoldConnection(Boolean holdConnection) {
        this.holdConnection = holdConnection;
    }

    public String getJobRepository() {
        return jobRepository;
    }

    public void setJobRepository(String jobRepository) {
        this.jobRepository = jobRepository;
    }

    public Boolean getLazyLogin() {
        return lazyLogin;
    }

    public void setLazyLogin(Boolean lazyLogin) {
        this.lazyLogin = lazyLogin;
    }

    public Integer getMaxInFlight() {
        return maxInFlight;
    }

    public void setMaxInFlight(Integer maxInFlight) {
        this.maxInFlight = maxInFlight;
    }

    public AipiOperation getOperation() {
        return operation;
    }

    public void setOperation(AipiOperation operation) {
        this.operation = operation;
    }

    public OutputType getOutputType() {
        return outputType;
    }

    public void setOutputType(OutputType outputType) {
        this.outputType = outputType;
    }

    public Map<String, Object> getParameters() {
        return parameters;
    }

    public void setParameters(Map<String, Object> parameters) {
        this.parameters = parameters;
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

    public String getServerUrl() {
        return serverUrl;
    }

    public void setServerUrl(String serverUrl) {
        this.serverUrl = serverUrl;
    }

    public Boolean getWaitForResult() {
        return waitForResult;
    }

    public void setWaitForResult(Boolean waitForResult) {
        this.waitForResult = waitForResult;
    }

    public Boolean getBridgeErrorHandler() {
        return bridgeErrorHandler;
    }

    public void setBridgeErrorHandler(Boolean bridgeErrorHandler) {
        this.bridgeErrorHandler = bridgeErrorHandler;
    }

    public Integer getConcurrentConsumers() {
        return concurrentConsumers;
    }

    public void setConcurrentConsumers(Integer concurrentConsumers) {
        this.concurrentConsumers = concurrentConsumers;
    }

    public Boolean getConsumeProgress() {
        return consumeProgress;
    }

    public void setConsumeProgress(Boolean consumeProgress) {
        this.consumeProgress = consumeProgress;
    }

    public String getDeadLetterUri() {
        return deadLetterUri;
    }

    public void setDeadLetterUri(String deadLetterUri) {
        this.deadLetterUri = deadLetterUri;
    }

    public Integer getMaximumRedeliveries() {
        return maximumRedeliveries;
    }

    public void setMaximumRedeliveries(Integer maximumRedeliveries) {
        this.maximumRedeliveries = maximumRedeliveries;
    }

    public Duration getRedeliveryDelay() {
        return redeliveryDelay;
    }

    public void setRedeliveryDelay(Duration redeliveryDelay) {
        this.redeliveryDelay = redeliveryDelay;
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

    public Boolean getLazyStartProducer() {
        return lazyStartProducer;
    }

    public void setLazyStartProducer(Boolean lazyStartProducer) {
        this.lazyStartProducer = lazyStartProducer;
    }

    public Integer getMaxWaiting() {
        return maxWaiting;
    }

    public void setMaxWaiting(Integer maxWaiting) {
        this.maxWaiting = maxWaiting;
    }

    public Boolean getAutowiredEnabled() {
        return autowiredEnabled;
    }

    public void setAutowiredEnabled(Boolean autowiredEnabled) {
        this.autowiredEnabled = autowiredEnabled;
    }

    public String getBinding() {
        return binding;
    }

    public void setBinding(String binding) {
        this.binding = binding;
    }

    public String getClientVersion() {
        return clientVersion;
    }

    public void setClientVersion(String clientVersion) {
        this.clientVersion = clientVersion;
    }

    public Duration getConnectionTimeToLive() {
        return connectionTimeToLive;
    }

    public void setConnectionTimeToLive(Duration connectionTimeToLive) {
        this.connectionTimeToLive = connectionTimeToLive;
    }

    public String getHeaderFilterStrategy() {
        return headerFilterStrategy;
    }

    public void setHeaderFilterStrategy(String headerFilterStrategy) {
        this.headerFilterStrategy = headerFilterStrategy;
    }

    public Integer getMaxConnections() {
        return maxConnections;
    }

    public void setMaxConnections(Integer maxConnections) {
        this.maxConnections = maxConnections;
    }

    public Long getMaxResponseMemory() {
        return maxResponseMemory;
    }

    public void setMaxResponseMemory(Long maxResponseMemory) {
        this.maxResponseMemory = maxResponseMemory;
    }

    public Long getMaxResponseSize() {
        return maxResponseSize;
    }

    public void setMaxResponseSize(Long maxResponseSize) {
        this.maxResponseSize = maxResponseSize;
    }

    public Integer getMaxWorkerPoolSize() {
        return maxWorkerPoolSize;
    }

    public void setMaxWorkerPoolSize(Integer maxWorkerPoolSize) {
        this.maxWorkerPoolSize = maxWorkerPoolSize;
    }

    public String getOutputField() {
        return outputField;
    }

    public void setOutputField(String outputField) {
        this.outputField = outputField;
    }

    public Boolean getTelemetryContent() {
        return telemetryContent;
    }

    public void setTelemetryContent(Boolean telemetryContent) {
        this.telemetryContent = telemetryContent;
    }

    public Boolean getTelemetryJobId() {
        return telemetryJobId;
    }

    public void setTelemetryJobId(Boolean telemetryJobId) {
        this.telemetryJobId = telemetryJobId;
    }

    public String getTextField() {
        return textField;
    }

    public void setTextField(String textField) {
        this.textField = textField;
    }

    public Integer getWorkerPoolSize() {
        return workerPoolSize;
    }

    public void setWorkerPoolSize(Integer workerPoolSize) {
        this.workerPoolSize = workerPoolSize;
    }

    public Boolean getConversationMemory() {
        return conversationMemory;
    }

    public void setConversationMemory(Boolean conversationMemory) {
        this.conversationMemory = conversationMemory;
    }

    public String getConversationRepository() {
        return conversationRepository;
    }

    public void setConversationRepository(String conversationRepository) {
        this.conversationRepository = conversationRepository;
    }

    public Integer getMaxConversationMessages() {
        return maxConversationMessages;
    }

    public void setMaxConversationMessages(Integer maxConversationMessages) {
        this.maxConversationMessages = maxConversationMessages;
    }

    public Boolean getStreaming() {
        return streaming;
    }

    public void setStreaming(Boolean streaming) {
        this.streaming = streaming;
    }

    public String getSystemMessage() {
        return systemMessage;
    }

    public void setSystemMessage(String systemMessage) {
        this.systemMessage = systemMessage;
    }

    public String getContextParameter() {
        return contextParameter;
    }

    public void setContextParameter(String contextParameter) {
        this.contextParameter = contextParameter;
    }

    public Boolean getHealthCheckConsumerEnabled() {
        return healthCheckConsumerEnabled;
    }

    public void setHealthCheckConsumerEnabled(Boolean healthCheckConsumerEnabled) {
        this.healthCheckConsumerEnabled = healthCheckConsumerEnabled;
    }

    public Boolean getHealthCheckProducerEnabled() {
        return healthCheckProducerEnabled;
    }

    public void setHealthCheckProducerEnabled(Boolean healthCheckProducerEnabled) {
        this.healthCheckProducerEnabled = healthCheckProducerEnabled;
    }

    public Duration getMaxPollInterval() {
        return maxPollInterval;
    }

    public void setMaxPollInterval(Duration maxPollInterval) {
        this.maxPollInterval = maxPollInterval;
    }

    public Duration getPollInterval() {
        return pollInterval;
    }

    public void setPollInterval(Duration pollInterval) {
        this.pollInterval = pollInterval;
    }

    public String getProxyHost() {
        return proxyHost;
    }

    public void setProxyHost(String proxyHost) {
        this.proxyHost = proxyHost;
    }

    public String getProxyPassword() {
        return proxyPassword;
    }

    public void setProxyPassword(String proxyPassword) {
        this.proxyPassword = proxyPassword;
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

    public Boolean getAllowOperationFromHeader() {
        return allowOperationFromHeader;
    }

    public void setAllowOperationFromHeader(Boolean allowOperationFromHeader) {
        this.allowOperationFromHeader = allowOperationFromHeader;
    }

    public String getApiKey() {
        return apiKey;
    }

    public void setApiKey(String apiKey) {
        this.apiKey = apiKey;
    }

    public Map<String, Object> getHttpHeaders() {
        return httpHeaders;
    }

    public void setHttpHeaders(Map<String, Object> httpHeaders) {
        this.httpHeaders = httpHeaders;
    }

    public String getLoginMode() {
        return loginMode;
    }

    public void setLoginMode(String loginMode) {
        this.loginMode = loginMode;
    }

    public String getSslContextParameters() {
        return sslContextParameters;
    }

    public void setSslContextParameters(String sslContextParameters) {
        this.sslContextParameters = sslContextParameters;
    }

    public Boolean getUseGlobalSslContextParameters() {
        return useGlobalSslContextParameters;
    }

    public void setUseGlobalSslContextParameters(Boolean useGlobalSslContextParameters) {
        this.useGlobalSslContextParameters = useGlobalSslContextParameters;
    }

    public String getUser() {
        return user;
    }

    public void setUser(String user) {
        this.user = user;
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

    public Duration getPollFailureTimeout() {
        return pollFailureTimeout;
    }

    public void setPollFailureTimeout(Duration pollFailureTimeout) {
        this.pollFailureTimeout = pollFailureTimeout;
    }

    public Duration getQueueFullTimeout() {
        return queueFullTimeout;
    }

    public void setQueueFullTimeout(Duration queueFullTimeout) {
        this.queueFullTimeout = queueFullTimeout;
    }

    public Duration getRequestTimeout() {
        return requestTimeout;
    }

    public void setRequestTimeout(Duration requestTimeout) {
        this.requestTimeout = requestTimeout;
    }
}
