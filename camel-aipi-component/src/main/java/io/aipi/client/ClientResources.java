/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client;

import io.aipi.client.internal.http.HostLookup;
import io.aipi.client.internal.http.HttpTransport;
import io.aipi.client.internal.http.ResponseMemory;
import io.aipi.client.internal.http.Transport;
import io.aipi.client.internal.poll.JobDurationHistory;
import io.aipi.client.internal.poll.ServerPollLimiter;
import io.aipi.client.internal.session.AcceptedJobs;
import io.aipi.client.internal.session.LoginModeCache;
import io.aipi.client.internal.session.Session;
import io.aipi.client.internal.util.RefCountedPool;
import io.aipi.client.internal.util.ServerUrl;
import io.aipi.client.internal.wire.SecretRedactor;
import io.aipi.client.options.ConnectionOptions;
import io.aipi.client.options.Credentials;
import io.aipi.client.options.LoginMode;
import io.aipi.client.spi.Scheduler;
import io.aipi.client.spi.SystemScheduler;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What clients share: one scheduler thread, two I/O threads and a pool of connections for each set of
 * {@link ConnectionOptions}, one session for each (server, credentials, login mode, model endpoint), one bound over the
 * memory of responses, and at times a thread for each host whose address is looked up. However many jobs are in flight,
 * there are no more threads than that.
 */
public final class ClientResources implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ClientResources.class);

    private static final Pattern IP_V4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

    /** What a session is good for: the keys of some servers are good for the endpoint of their login only. */
    record SessionScope(URI server, Credentials credentials, LoginMode mode, String endpoint) {}

    private record EndpointKey(URI server, String name) {}

    private record LimiterKey(ConnectionOptions options, URI server) {}

    private final Scheduler scheduler;
    private final Clock clock;
    private final Executor workers;
    private final Runnable closing;
    private final RefCountedPool<ConnectionOptions, Transport> transports;
    private final RefCountedPool<SessionScope, Session> sessions;
    /** A server may repeat to one client the key of another one. */
    private final RefCountedPool<URI, SecretRedactor> masks =
            new RefCountedPool<>(server -> new SecretRedactor(null), mask -> {});

    private final RefCountedPool<EndpointKey, JobDurationHistory> jobDurations =
            new RefCountedPool<>(key -> new JobDurationHistory(), history -> {});
    private final RefCountedPool<LimiterKey, ServerPollLimiter> pollLimiters;
    private final RefCountedPool<URI, AcceptedJobs> acceptedJobs =
            new RefCountedPool<>(server -> new AcceptedJobs(), jobs -> {});
    private final LoginModeCache loginModes = new LoginModeCache();
    private final Set<AipiClient> clients = ConcurrentHashMap.newKeySet();
    private final Set<String> warnedOfPlainHttp = ConcurrentHashMap.newKeySet();

    ClientResources(
            Scheduler scheduler,
            Clock clock,
            Executor workers,
            Function<ConnectionOptions, Transport> transports,
            Runnable closing) {
        this.scheduler = scheduler;
        this.clock = clock;
        this.workers = workers;
        this.closing = closing;
        this.transports = new RefCountedPool<>(transports, Transport::close);
        this.pollLimiters = new RefCountedPool<>(
                key -> new ServerPollLimiter(key.options().maxConnections(), scheduler), limiter -> {});
        this.sessions = new RefCountedPool<>(scope -> new Session(scheduler, mask(scope.server())), session -> {});
    }

    /**
     * Makes the resources.
     *
     * @param workers decodes long responses; must not be lent to anything that may block
     * @param threadName beginning of the names of the threads
     */
    public static ClientResources create(Executor workers, String threadName) {
        return create(workers, threadName, 0);
    }

    /**
     * Makes the resources.
     *
     * @param workers decodes long responses; may be shared with whatever continues after a result
     * @param threadName beginning of the names of the threads
     * @param maxResponseMemory bytes of all responses that are being received or wait for their decoding, those of up to 64 KiB
     *     not counted; 0 is a quarter of the heap. A response that finds no room is not read meanwhile; one at a time may
     *     take more than there is
     * @throws IllegalArgumentException if {@code maxResponseMemory} is negative
     */
    public static ClientResources create(Executor workers, String threadName, long maxResponseMemory) {
        ResponseMemory memory = new ResponseMemory(maxResponseMemory);
        SystemScheduler scheduler = new SystemScheduler(threads(threadName + "-scheduler"));
        HostLookup lookup = new HostLookup(threads(threadName + "-connect"));
        String userAgent = "camel-aipi/" + AipiClient.version();
        return new ClientResources(
                scheduler,
                Clock.systemUTC(),
                workers,
                options ->
                        new HttpTransport(options, scheduler, lookup, memory, threads(threadName + "-io"), userAgent),
                () -> {
                    scheduler.close();
                    lookup.close();
                });
    }

    private static ThreadFactory threads(String name) {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, name + "-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    void opened(AipiClient client) {
        clients.add(client);
    }

    /** Says once for each server that its API key can be read by whoever is on the way to it. */
    void warnOfPlainHttp(URI server, URI proxy) {
        boolean clear = "http".equalsIgnoreCase(server.getScheme());
        boolean leavesTheHost = !isLoopback(server) || (proxy != null && !isLoopback(proxy));
        if (clear && leavesTheHost && warnedOfPlainHttp.add(server.getAuthority())) {
            LOG.warn(
                    "The API key goes to {} in clear: whoever is on the way can read it, and the prompts and responses. Use"
                            + " https",
                    server);
        }
    }

    /** By its name only: a warning is not worth asking a name server. */
    private static boolean isLoopback(URI uri) {
        String host = ServerUrl.host(uri).toLowerCase(Locale.ROOT);
        if (host.equals("localhost") || host.endsWith(".localhost")) {
            return true;
        }
        if (host.indexOf(':') < 0 && !IP_V4.matcher(host).matches()) {
            return false;
        }
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException notHere) {
            return false;
        }
    }

    void closed(AipiClient client) {
        clients.remove(client);
    }

    /** The one scheduler, which tells the time by the monotonic clock. For integrations; its thread must not be blocked. */
    public Scheduler scheduler() {
        return scheduler;
    }

    Clock clock() {
        return clock;
    }

    Executor workers() {
        return workers;
    }

    LoginModeCache loginModes() {
        return loginModes;
    }

    Transport acquireTransport(ConnectionOptions options) {
        return transports.acquire(options);
    }

    void releaseTransport(ConnectionOptions options) {
        transports.release(options);
    }

    /** What admits the polls of all who use the same connections to the server. */
    ServerPollLimiter acquirePollLimiter(ConnectionOptions options, URI server) {
        return pollLimiters.acquire(new LimiterKey(options, server));
    }

    void releasePollLimiter(ConnectionOptions options, URI server) {
        pollLimiters.release(new LimiterKey(options, server));
    }

    Session acquireSession(SessionScope scope) {
        return sessions.acquire(scope);
    }

    /** One that is to log in only after a while is remembered until then, should others want it next. */
    void releaseSession(SessionScope scope, Session session) {
        Duration rest = session.rest();
        if (rest.isZero()) {
            sessions.release(scope);
        } else {
            scheduler.schedule(() -> sessions.release(scope), rest);
        }
    }

    /** The jobs of a server, for all who use it. */
    AcceptedJobs acquireAcceptedJobs(URI server) {
        return acceptedJobs.acquire(server);
    }

    void releaseAcceptedJobs(URI server) {
        acceptedJobs.release(server);
    }

    /** Keeps the keys that are in use at the server out of what it says. */
    SecretRedactor acquireMask(URI server) {
        return masks.acquire(server);
    }

    void releaseMask(URI server) {
        masks.release(server);
    }

    /** For a session, whose clients hold it. */
    private SecretRedactor mask(URI server) {
        SecretRedactor mask = masks.acquire(server);
        masks.release(server);
        return mask;
    }

    /** What is known of the times that jobs of an endpoint take, for all who use it. */
    JobDurationHistory acquireJobDurations(URI server, String endpoint) {
        return jobDurations.acquire(new EndpointKey(server, endpoint));
    }

    void releaseJobDurations(URI server, String endpoint) {
        jobDurations.release(new EndpointKey(server, endpoint));
    }

    /** Ends everything at once, its clients too: requests in flight fail, connections are closed, threads end. */
    @Override
    public void close() {
        // a job that waits for its next poll would wait for ever once the scheduler has ended
        clients.forEach(AipiClient::close);
        transports.endAll();
        sessions.endAll();
        closing.run();
    }
}
