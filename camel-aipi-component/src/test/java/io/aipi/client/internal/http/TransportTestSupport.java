/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aipi.client.options.ConnectionOptions;
import io.aipi.client.spi.Scheduler;
import io.aipi.client.spi.SystemScheduler;
import io.aipi.testsupport.Certificates;
import io.aipi.testsupport.RawServer;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.apache.hc.core5.util.TimeValue;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** Transports and servers that end with their test, and leave no thread. */
abstract class TransportTestSupport {

    static final Duration TIMEOUT = Duration.ofSeconds(60);
    static final ConnectionOptions DEFAULTS = ConnectionOptions.defaults();

    /** Of a server named localhost, and of nobody else: at 127.0.0.1 it is another host's. */
    static SSLContext tls;

    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    final ThreadFactory factory = task -> {
        Thread thread = new Thread(task, "transport-test");
        thread.setDaemon(true);
        threads.add(thread);
        return thread;
    };
    final SystemScheduler scheduler = new SystemScheduler(factory);
    private final List<AutoCloseable> toClose = new ArrayList<>();

    @BeforeAll
    static void makeCertificate() throws Exception {
        Certificates.Authority authority = new Certificates.Authority("test");
        tls = authority.server("localhost", new byte[] {127, 0, 0, 2}).serverContext(authority);
    }

    @AfterEach
    void leavesNoThread() throws Exception {
        for (AutoCloseable each : toClose) {
            each.close();
        }
        scheduler.close();
        soon().untilAsserted(() -> assertThat(threads).noneMatch(Thread::isAlive));
    }

    <T extends AutoCloseable> T closing(T one) {
        toClose.add(one);
        return one;
    }

    HttpTransport transport(ConnectionOptions options) {
        return transport(options, scheduler, new ResponseMemory(0));
    }

    HttpTransport transport(ConnectionOptions options, Scheduler time, ResponseMemory memory) {
        return transport(options, time, memory, new HostLookup(factory));
    }

    HttpTransport transport(ConnectionOptions options, Scheduler time, ResponseMemory memory, HostLookup lookup) {
        return transport(options, time, memory, closing(lookup), TimeValue.ofMinutes(5));
    }

    HttpTransport transport(
            ConnectionOptions options, Scheduler time, ResponseMemory memory, HostLookup lookup, TimeValue keepAlive) {
        return closing(new HttpTransport(options, time, lookup, memory, factory, "the test", keepAlive));
    }

    RawServer server(RawServer.Behaviour behaviour) throws IOException {
        return closing(new RawServer(behaviour));
    }

    RawServer tlsServer() throws IOException {
        return closing(new RawServer(tls.getServerSocketFactory(), RawServer::responseAll));
    }

    static ConnectionOptions through(RawServer proxy) {
        return new ConnectionOptions(DEFAULTS.connectTimeout(), 10, DEFAULTS.maxResponseSize(), proxy.uri(), tls, null);
    }

    static ConnectionOptions limited(int connections) {
        return new ConnectionOptions(
                DEFAULTS.connectTimeout(), connections, DEFAULTS.maxResponseSize(), null, null, null);
    }

    static TransportRequest get(URI server) {
        return get(server, TIMEOUT);
    }

    static TransportRequest get(URI server, Duration timeout) {
        return TransportRequest.get(server, "/path", Map.of(), timeout);
    }

    static TransportResponse response(CompletableFuture<TransportResponse> call) throws Exception {
        return call.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    }

    static TransportException failure(CompletableFuture<TransportResponse> call) throws Exception {
        try {
            TransportResponse read = call.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
            throw new AssertionError("answered: " + read);
        } catch (ExecutionException e) {
            assertThat(e.getCause()).isInstanceOf(TransportException.class);
            return (TransportException) e.getCause();
        }
    }

    static String text(TransportResponse response) {
        return new String(response.body(), 0, response.length(), StandardCharsets.UTF_8);
    }

    static ConditionFactory soon() {
        return await().atMost(TIMEOUT).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2));
    }

    static void awaitLatch(CountDownLatch latch) throws IOException {
        try {
            if (!latch.await(TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
                throw new IOException("waited in vain");
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}
