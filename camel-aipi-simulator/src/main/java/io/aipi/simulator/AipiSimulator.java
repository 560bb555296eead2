/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator;

import io.aipi.simulator.endpoint.ModelEndpoint;
import io.aipi.simulator.http.SimulatorHttpServer;
import io.aipi.simulator.http.Traffic;
import io.aipi.simulator.job.JobScripts;
import io.aipi.simulator.job.Jobs;
import io.aipi.simulator.job.RequestLog;
import io.aipi.simulator.job.ServerMetrics;
import io.aipi.simulator.job.SystemTime;
import io.aipi.simulator.protocol.ApiKeys;
import io.aipi.simulator.protocol.Dialect;
import io.aipi.simulator.protocol.Reply;
import io.aipi.simulator.protocol.Router;
import io.aipi.simulator.protocol.ServedDialect;
import io.aipi.simulator.protocol.ServerContext;
import io.aipi.simulator.protocol.Sessions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A running AIPI server without a GPU.
 *
 * <p>It holds four threads of its own, however many requests are held and jobs are computed. All methods can be called
 * from any thread.
 */
public final class AipiSimulator implements AutoCloseable {

    /**
     * The worker's key that raw progress of the served generation leaks. It must turn up nowhere else: tests can search
     * logs and messages for it.
     */
    public static final String LEAKED_WORKER_KEY = ServedDialect.WORKER_AUTH_KEY;

    private final SystemTime time;
    private final Jobs jobs;
    private final JobScripts scripts = new JobScripts();
    private final ApiKeys keys;
    private final Sessions sessions;
    private final SimulatorHttpServer front;
    private final Traffic traffic;
    private final SimulatorStats stats;
    private final List<ModelEndpoint> endpoints;
    private final Map<String, Integer> workers;
    private final InetSocketAddress address;
    private volatile boolean down;

    /** Held by each request while it is worked on, and alone by the end of the server: no request sees half of that. */
    private final ReadWriteLock life = new ReentrantReadWriteLock();

    AipiSimulator(SimulatorBuilder settings) throws IOException {
        // Pictures need no display, and must not look for one.
        System.setProperty("java.awt.headless", "true");
        Dialect dialect = settings.generation.dialect();
        endpoints = settings.endpoints.values().stream().map(dialect::offered).toList();
        ServerMetrics metrics = new ServerMetrics(settings.submits);
        RequestLog requestLog = new RequestLog(settings.log);
        time = new SystemTime(daemons());
        jobs = new Jobs(
                endpoints, settings.limits(), time, dialect::jobId, settings.computeTimes()::get, metrics, requestLog);
        workers = endpoints.stream()
                .collect(Collectors.toMap(
                        ModelEndpoint::name,
                        endpoint -> settings.workers.getOrDefault(endpoint.name(), settings.usualWorkers)));
        workers.forEach(jobs::startWorkers);
        keys = new ApiKeys(settings.keys, settings.users);
        sessions = new Sessions();
        Router router =
                new Router(new ServerContext(dialect, endpoints, keys, sessions, jobs, scripts, metrics, requestLog));
        traffic = new Traffic(time);
        front = new SimulatorHttpServer(
                request -> inThisLife(() -> router.reply(request)),
                time,
                settings.responseTimeout,
                settings.keepAlive,
                dialect.allowsOtherOrigins(),
                traffic,
                metrics);
        stats = new SimulatorStats(metrics, front);
        try {
            address = front.listen(new InetSocketAddress(settings.host, settings.port));
        } catch (IOException e) {
            front.close();
            time.close();
            throw e;
        }
    }

    private Reply inThisLife(Supplier<Reply> work) {
        life.readLock().lock();
        try {
            return work.get();
        } finally {
            life.readLock().unlock();
        }
    }

    private static ThreadFactory daemons() {
        AtomicLong count = new AtomicLong();
        return task -> {
            Thread thread = new Thread(task, "aipi-simulator-worker-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    /**
     * A builder with the recorded server's defaults and no endpoint.
     *
     * @return the builder
     */
    public static SimulatorBuilder builder() {
        return new SimulatorBuilder();
    }

    /**
     * Runs a simulator with a few endpoints until it is stopped. From the sources:
     * {@code mvn -q -pl camel-aipi-simulator compile exec:java -Dexec.args="--port 7777"}. With
     * {@code --endpoints 0.9.6} it has those of a real server, see {@link SimulatedEndpoint#ofServer096()}.
     *
     * @param arguments see the usage, which bad arguments bring up together with exit code 2
     */
    public static void main(String[] arguments) {
        int exitCode = CommandLine.run(arguments, System.out, System.err);
        if (exitCode != 0) {
            System.exit(exitCode);
        }
    }

    /**
     * The base URL.
     *
     * @return such as {@code http://127.0.0.1:7777}
     */
    public String url() {
        String host = address.getAddress().isAnyLocalAddress() ? "127.0.0.1" : address.getHostString();
        return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port();
    }

    /**
     * The port.
     *
     * @return the port it listens on
     */
    public int port() {
        return address.getPort();
    }

    List<ModelEndpoint> endpoints() {
        return endpoints;
    }

    /**
     * The session keys that are good now. They must turn up nowhere: tests can search logs, messages and stores for them.
     *
     * @return a copy
     */
    public Set<String> sessionKeys() {
        return sessions.keys();
    }

    /**
     * Says what becomes of the next jobs. Each endpoint goes through this script on its own, and stays at its last entry:
     * {@code script(failure("Out of memory"), answer("Paris"))} fails the first job of each endpoint and answers all
     * others with "Paris". Commands in a prompt, such as {@code @sleep=2}, are obeyed where the script says nothing.
     *
     * @param next one for each job, instead of what was said before; none for models that answer for themselves again
     */
    public void script(ScriptedJob... next) {
        endpoints.forEach(endpoint -> script(endpoint.name(), next));
    }

    /**
     * Says what becomes of the next jobs of one endpoint.
     *
     * @param endpoint its name
     * @param next as in {@link #script(ScriptedJob...)}
     * @throws IllegalArgumentException if there is no such endpoint
     */
    public void script(String endpoint, ScriptedJob... next) {
        if (!workers.containsKey(endpoint)) {
            throw new IllegalArgumentException("No endpoint " + endpoint + ", only " + workers.keySet());
        }
        scripts.set(endpoint, Stream.of(next).map(ScriptedJob::script).toList());
    }

    /** Refuses all API keys and logins from now on, as if the keys were revoked, and forgets all sessions. */
    public void revokeApiKeys() {
        keys.setRevoked(true);
        sessions.expireAll();
    }

    /** Ends {@link #revokeApiKeys()}: the keys of the start are good again. */
    public void restoreApiKeys() {
        keys.setRevoked(false);
    }

    /** Forgets all session keys. Jobs stay. */
    public void expireSessions() {
        sessions.expireAll();
    }

    /**
     * Restarts the simulated server in no time: jobs and sessions are forgotten, all connections drop, held requests
     * get an empty reply, workers begin afresh. Jobs are counted from 1 again, so that where ids are {@code JID1} and so
     * on ({@link Generation#DOCUMENTED}, {@link Generation#SERVED_0_9_0}) new jobs get the ids of forgotten ones. The
     * port stays. For an outage that lasts see {@link #goDown()}.
     */
    public void restart() {
        // First what it knows: a dropped held request must not find its job and leave a fresh worker stuck.
        forget();
        front.dropConnections();
    }

    /**
     * Stops serving, as a server that is down, until {@link #comeUp()}: connections drop, and new ones are refused or,
     * in the first moment, reset. Jobs and sessions are forgotten.
     */
    public void goDown() {
        down = true;
        front.stopListening();
        forget();
        front.dropConnections();
    }

    /**
     * Serves again after {@link #goDown()}, on the same port.
     *
     * @throws UncheckedIOException if the port is taken meanwhile
     */
    public void comeUp() {
        try {
            front.listenAgain(address);
            down = false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Undoes all that was done to this simulator since its start, for the next test: its jobs and scripts are forgotten,
     * its workers are as many as at the start, its endpoints and keys are good, and it answers without delay. Sessions,
     * connections and {@link #stats()} stay, so that a client that lives on goes on. Only where the simulator was frozen
     * or down, connections drop, and where it was down, sessions are forgotten.
     */
    public void reset() {
        boolean frozen = traffic.reset();
        life.writeLock().lock();
        try {
            scripts.clear();
            restoreApiKeys();
            workers.keySet().forEach(endpoint -> {
                jobs.stopWorkers(endpoint);
                jobs.setEnabled(endpoint, true);
            });
            jobs.forgetJobs();
            workers.forEach(jobs::startWorkers);
        } finally {
            life.writeLock().unlock();
        }
        if (frozen) {
            front.dropConnections();
        }
        if (down) {
            comeUp();
        }
    }

    private void forget() {
        traffic.forgetFrozen();
        life.writeLock().lock();
        try {
            sessions.expireAll();
            jobs.forgetAll();
        } finally {
            life.writeLock().unlock();
        }
    }

    /**
     * Answers requests with HTTP 429 that are more than so many a second, whatever they ask for. They count as no
     * requests in the {@link #stats()}. A second's worth of them can come at once.
     *
     * @param perSecond how many a second; 0, as at first, for no limit
     * @param retryAfter what {@code Retry-After} says, in whole seconds; null for no such header
     */
    public void limitRequests(int perSecond, Duration retryAfter) {
        traffic.limit(SimulatorBuilder.atLeast(0, perSecond, "perSecond"), retryAfter);
    }

    /**
     * Lets every response come late, as a server or a network does that has too much to do. What a request asks for happens
     * at once.
     *
     * @param delay how late; zero, as at first, for in time
     */
    public void delayResponses(Duration delay) {
        traffic.delay(delay);
    }

    /**
     * Freezes the server, as one whose process hangs: connections and requests are accepted, and nothing is answered
     * until {@link #thaw()}. Its workers go on. A restart forgets the requests that wait, and the server stays frozen.
     */
    public void freeze() {
        traffic.freeze();
    }

    /** Ends a {@link #freeze()}. Requests that have come meanwhile are worked on, even if nobody waits any more. */
    public void thaw() {
        traffic.thaw();
    }

    /**
     * Switches an endpoint on or off. A disabled endpoint refuses new jobs and goes on with those it has.
     *
     * @param endpoint its name
     * @param enabled whether it takes jobs
     * @throws IllegalArgumentException if there is no such endpoint
     */
    public void setEndpointEnabled(String endpoint, boolean enabled) {
        jobs.setEnabled(endpoint, enabled);
    }

    /**
     * Takes all workers of an endpoint away, in the middle of their jobs: those lapse, queued jobs wait.
     *
     * @param endpoint its name
     * @throws IllegalArgumentException if there is no such endpoint
     */
    public void stopWorkers(String endpoint) {
        jobs.stopWorkers(endpoint);
    }

    /**
     * Adds workers to an endpoint, which begin with the jobs that wait.
     *
     * @param endpoint its name
     * @param count how many, at least 0
     * @throws IllegalArgumentException if there is no such endpoint
     */
    public void startWorkers(String endpoint, int count) {
        jobs.startWorkers(endpoint, SimulatorBuilder.atLeast(0, count, "count"));
    }

    /**
     * What has happened so far.
     *
     * @return a live view
     */
    public SimulatorStats stats() {
        return stats;
    }

    /** Stops listening, drops all connections and ends all threads. */
    @Override
    public void close() {
        front.close();
        time.close();
    }
}
