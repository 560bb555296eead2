/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.client.internal.http.TransportException.Kind;
import io.aipi.client.spi.VirtualScheduler;
import io.aipi.testsupport.RawServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is shared by requests to one server, and not by those to two. */
class ConnectionsTest extends TransportTestSupport {

    private static final Duration CALL = Duration.ofSeconds(20);

    @Test
    @Tag("case-D5")
    void aServerThatResponsesNothingTakesNoConnectionFromAnother() throws Exception {
        RawServer frozen = server(RawServer.Connection::awaitEnd);
        RawServer good = server(RawServer::responseAll);
        HttpTransport transport = transport(limited(3));
        List<CompletableFuture<TransportResponse>> stuck = IntStream.range(0, 1_000)
                .mapToObj(i -> transport.send(get(frozen.uri(), Duration.ofHours(1))))
                .toList();
        soon().until(() -> frozen.connections() == 3);

        List<CompletableFuture<TransportResponse>> answered = IntStream.range(0, 200)
                .mapToObj(i -> transport.send(get(good.uri())))
                .toList();

        for (CompletableFuture<TransportResponse> each : answered) {
            assertThat(response(each).status()).isEqualTo(200);
        }
        assertThat(good.mostConnections()).isLessThanOrEqualTo(3);
        assertThat(stuck).noneMatch(CompletableFuture::isDone);
        assertThat(frozen.connections()).isEqualTo(3);
    }

    @Test
    @Tag("case-D6")
    void heldRequestsTakeNoConnectionFromOthers() throws Exception {
        RawServer server = server(connection -> {
            while (connection.read()) {
                if (connection.head().contains("/held")) {
                    connection.awaitEnd();
                }
                connection.response("{}");
            }
        });
        HttpTransport transport = transport(limited(3));
        List<CompletableFuture<TransportResponse>> held = IntStream.range(0, 120)
                .mapToObj(i ->
                        transport.send(TransportRequest.post(server.uri(), "/held", new byte[2], Duration.ofHours(1))
                                .hold()))
                .toList();
        soon().until(() -> server.connections() == 3);

        for (int i = 0; i < 20; i++) {
            assertThat(response(transport.send(get(server.uri()))).status()).isEqualTo(200);
        }

        assertThat(held).noneMatch(CompletableFuture::isDone);
        assertThat(server.mostConnections()).isEqualTo(4);
    }

    @Test
    @Tag("case-D5")
    void waitingForAConnectionIsNoPartOfACallsTime() throws Exception {
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch second = new CountDownLatch(1);
        AtomicInteger count = new AtomicInteger();
        RawServer server = server(connection -> {
            while (connection.read()) {
                awaitLatch(count.incrementAndGet() == 1 ? first : second);
                connection.response("{}");
            }
        });
        VirtualScheduler time = new VirtualScheduler();
        HttpTransport transport = transport(limited(1), time, new ResponseMemory(0));
        CompletableFuture<TransportResponse> inFront = transport.send(get(server.uri(), CALL));
        soon().until(() -> count.get() == 1);
        CompletableFuture<TransportResponse> waiting = transport.send(get(server.uri(), CALL.multipliedBy(2)));

        time.advance(CALL.minusSeconds(1));
        first.countDown();
        response(inFront);
        soon().until(() -> count.get() == 2);
        time.advance(CALL.plusSeconds(15));

        // 54 s have passed since it was sent, 35 since it has its connection
        assertThat(waiting).isNotDone();
        second.countDown();
        assertThat(response(waiting).status()).isEqualTo(200);
    }

    @Test
    @Tag("case-D5")
    void waitingForAConnectionEndsAfterTheSameTime_withNothingSent() throws Exception {
        RawServer server = server(connection -> {
            connection.read();
            connection.awaitEnd();
        });
        VirtualScheduler time = new VirtualScheduler();
        HttpTransport transport = transport(limited(1), time, new ResponseMemory(0));
        transport.send(get(server.uri(), Duration.ofHours(1)));
        soon().until(() -> server.requests().size() == 1);

        CompletableFuture<TransportResponse> waiting = transport.send(get(server.uri(), CALL));
        time.advance(CALL.minusMillis(1));
        assertThat(waiting).isNotDone();
        time.advance(Duration.ofMillis(1));

        TransportException failure = failure(waiting);
        assertThat(failure.kind()).isEqualTo(Kind.NOT_CONNECTED);
        assertThat(failure.requestSent()).isFalse();
        assertThat(failure).hasMessageContaining("maxConnections");
        assertThat(server.requests()).hasSize(1);
    }

    /** A job may have ended while its poll waited: sent all the same, the poll would take a result for nobody. */
    @Test
    @Tag("case-D5")
    void aCallThatNobodyWantsAnyMoreWhenItHasItsConnectionIsNotSent() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        RawServer server = server(connection -> {
            while (connection.read()) {
                awaitLatch(release);
                connection.response("{}");
            }
        });
        AtomicInteger asked = new AtomicInteger();
        HttpTransport transport = transport(limited(1));
        CompletableFuture<TransportResponse> inFront = transport.send(get(server.uri()));
        CompletableFuture<TransportResponse> unwanted =
                transport.send(TransportRequest.post(server.uri(), "/x", new byte[1], () -> {
                    if (asked.incrementAndGet() > 1) {
                        throw new IllegalStateException("the job has ended");
                    }
                    return TIMEOUT;
                }));
        CompletableFuture<TransportResponse> behind = transport.send(get(server.uri()));

        release.countDown();

        response(inFront);
        response(behind);
        assertThat(failure(unwanted).requestSent()).isFalse();
        assertThat(asked).hasValue(2);
        assertThat(server.requests()).hasSize(2);
        assertThat(server.connections()).isEqualTo(1);
    }

    @Test
    @Tag("case-D16")
    void aNameThatIsLookedUpForLongDelaysNoOtherHost() throws Exception {
        RawServer server = server(RawServer::responseAll);
        CountDownLatch resolve = new CountDownLatch(1);
        AtomicInteger lookups = new AtomicInteger();
        HostLookup lookup = new HostLookup(factory, host -> {
            if (host.startsWith("slow")) {
                lookups.incrementAndGet();
                try {
                    awaitLatch(resolve);
                } catch (IOException e) {
                    throw new UnknownHostException(host);
                }
            }
            return new InetAddress[] {InetAddress.getLoopbackAddress()};
        });
        HttpTransport transport = transport(DEFAULTS, scheduler, new ResponseMemory(0), lookup);
        List<CompletableFuture<TransportResponse>> slow = IntStream.range(0, 40)
                .mapToObj(i -> transport.send(get(URI.create("http://slow" + i % 20 + ".example:" + server.port()))))
                .toList();
        soon().until(() -> lookups.get() == 20);

        assertThat(response(transport.send(get(URI.create("http://quick.example:" + server.port()))))
                        .status())
                .isEqualTo(200);

        assertThat(slow).noneMatch(CompletableFuture::isDone);
        resolve.countDown();
        for (CompletableFuture<TransportResponse> each : slow) {
            assertThat(response(each).status()).isEqualTo(200);
        }
        assertThat(lookups).as("one at a time for each host").hasValue(20);
    }

    @Test
    void ofSeveralAddressesTheNextIsTried() throws Exception {
        RawServer server = server(RawServer::responseAll);
        InetAddress nobody = InetAddress.getByName("127.0.0.77");
        HostLookup lookup =
                new HostLookup(factory, host -> new InetAddress[] {nobody, InetAddress.getLoopbackAddress()});
        HttpTransport transport = transport(DEFAULTS, scheduler, new ResponseMemory(0), lookup);

        assertThat(response(transport.send(get(URI.create("http://gpu.example:" + server.port()))))
                        .status())
                .isEqualTo(200);
    }

    @Test
    @Tag("case-B13")
    void aBusyConnectionGetsNoOlderThanItsTimeToLive() throws Exception {
        RawServer before = server(RawServer::responseAll);
        VirtualScheduler time = new VirtualScheduler();
        HttpTransport transport =
                transport(limited(1).withConnectionTimeToLive(Duration.ofSeconds(60)), time, new ResponseMemory(0));

        for (int i = 0; i < 59; i++) {
            response(transport.send(get(before.uri())));
            time.advance(Duration.ofSeconds(1));
        }
        assertThat(before.connections()).isEqualTo(1);
        time.advance(Duration.ofSeconds(1));
        response(transport.send(get(before.uri())));

        assertThat(before.connections()).isEqualTo(2);
        soon().until(() -> before.openConnections() == 1);
    }

    /** With calls that wait for it, a connection is never idle. */
    @Test
    @Tag("case-B13")
    void aConnectionThatIsNeverIdleIsClosedAfterTheResponseWhenItIsTooOld() throws Exception {
        CountDownLatch response = new CountDownLatch(1);
        RawServer server = server(connection -> {
            while (connection.read()) {
                awaitLatch(response);
                connection.response("{}");
            }
        });
        VirtualScheduler time = new VirtualScheduler();
        HttpTransport transport =
                transport(limited(1).withConnectionTimeToLive(Duration.ofSeconds(10)), time, new ResponseMemory(0));
        CompletableFuture<TransportResponse> first = transport.send(get(server.uri()));
        CompletableFuture<TransportResponse> second = transport.send(get(server.uri()));
        soon().until(() -> server.requests().size() == 1);

        time.advance(Duration.ofSeconds(10));
        response.countDown();

        response(first);
        response(second);
        assertThat(server.connections()).isEqualTo(2);
    }

    @ParameterizedTest
    @Tag("case-D22")
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Type: text/",
                "H",
                "\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"
            })
    void whatComesBehindAResponseIsNeverTakenForALaterOne(String behind) throws Exception {
        AtomicInteger count = new AtomicInteger();
        RawServer server = server(connection -> {
            while (connection.read()) {
                boolean first = count.getAndIncrement() == 0;
                connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}" + (first ? behind : ""));
            }
        });
        HttpTransport transport = transport(limited(1));

        for (int i = 0; i < 3; i++) {
            assertThat(text(response(transport.send(get(server.uri()))))).isEqualTo("{}");
        }

        assertThat(server.connections()).isEqualTo(2);
    }

    @Test
    @Tag("case-D22")
    void whatComesWhileAConnectionIsIdleEndsIt() throws Exception {
        CountDownLatch idle = new CountDownLatch(1);
        RawServer server = server(connection -> {
            connection.read();
            connection.response("{}");
            awaitLatch(idle);
            connection.write("HTTP/1.1 200 OK\r\nContent-");
            connection.awaitEnd();
        });
        HttpTransport transport = transport(limited(1));
        response(transport.send(get(server.uri())));

        idle.countDown();

        soon().until(() -> server.openConnections() == 0);
    }

    @Test
    @Tag("case-D21")
    void responsesThatFindNoMemoryWait_andAllArrive() throws Exception {
        String large = "x".repeat(2_000_000);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicInteger begun = new AtomicInteger();
        RawServer server = server(connection -> {
            while (connection.read()) {
                if (connection.head().contains("/small")) {
                    connection.response("{}");
                } else if (begun.getAndIncrement() == 0) {
                    connection.write("HTTP/1.1 200 OK\r\nContent-Length: " + large.length() + "\r\n\r\n"
                            + large.substring(0, 1_900_000));
                    awaitLatch(goOn);
                    connection.write(large.substring(1_900_000));
                } else {
                    connection.response(large);
                }
            }
        });
        ResponseMemory memory = new ResponseMemory(1_000_000);
        HttpTransport transport = transport(limited(20), scheduler, memory);
        CompletableFuture<TransportResponse> first = transport.send(get(server.uri()));
        soon().until(() -> memory.used() > 1_500_000);
        List<CompletableFuture<TransportResponse>> others = IntStream.range(0, 10)
                .mapToObj(i -> transport.send(get(server.uri())))
                .toList();
        soon().until(() -> begun.get() == 11);
        for (int i = 0; i < 50; i++) {
            response(transport.send(TransportRequest.get(server.uri(), "/small", Map.of(), TIMEOUT)));
            assertThat(memory.used()).isLessThan(2_000_001);
        }
        assertThat(first).isNotDone();
        assertThat(others).noneMatch(CompletableFuture::isDone);

        goOn.countDown();

        assertThat(text(response(first))).isEqualTo(large);
        for (CompletableFuture<TransportResponse> each : others) {
            assertThat(text(response(each))).isEqualTo(large);
        }
        soon().until(() -> memory.used() == 0);
    }

    @Test
    @Tag("case-D21")
    void aResponseThatWaitsForMemoryIsNotLate() throws Exception {
        String large = "x".repeat(500_000);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicInteger begun = new AtomicInteger();
        RawServer server = server(connection -> {
            while (connection.read()) {
                connection.write("HTTP/1.1 200 OK\r\nContent-Length: " + large.length() + "\r\n\r\n"
                        + large.substring(0, 490_000));
                if (begun.getAndIncrement() == 0) {
                    awaitLatch(goOn);
                }
                connection.write(large.substring(490_000));
            }
        });
        VirtualScheduler time = new VirtualScheduler();
        ResponseMemory memory = new ResponseMemory(100_000);
        HttpTransport transport = transport(limited(2), time, memory);
        CompletableFuture<TransportResponse> first = transport.send(get(server.uri(), Duration.ofHours(1)));
        // the server holds back the end of the one that it has begun first
        soon().until(() -> begun.get() == 1 && memory.used() > 400_000);
        CompletableFuture<TransportResponse> second = transport.send(get(server.uri(), CALL));
        soon().until(() -> begun.get() == 2 && memory.isAwaited());

        for (int i = 0; i < 5; i++) {
            time.advance(CALL);
        }
        assertThat(second).isNotDone();
        goOn.countDown();

        response(first);
        assertThat(text(response(second))).isEqualTo(large);
    }

    @Test
    @Tag("case-A19")
    void nothingIsThrownBySending() throws Exception {
        HttpTransport transport = transport(DEFAULTS);

        TransportException failure = failure(transport.send(get(URI.create("http://gpu:77770"))));

        assertThat(failure.kind()).isEqualTo(Kind.NOT_CONNECTED);
        assertThat(failure.requestSent()).isFalse();
    }

    @Test
    void anIdleConnectionThatIsClosedAtTheMomentOfItsLeaseCostsNoCall() throws Exception {
        RawServer server = server(connection -> {
            connection.read();
            connection.response("{}");
        });
        HttpTransport transport = transport(limited(1));

        for (int i = 0; i < 200; i++) {
            Throwable problem = transport
                    .send(get(server.uri()))
                    .handle((read, failure) -> failure)
                    .get(60, TimeUnit.SECONDS);
            if (problem instanceof TransportException failure) {
                assertThat(failure.requestSent()).isTrue();
            }
        }

        soon().until(() -> server.openConnections() == 0);
        assertThat(transport.openConnections()).isLessThanOrEqualTo(1);
    }

    @Test
    @Tag("case-A18")
    @Tag("case-D5")
    void whatBeginsAJobWaitsBehindWhatServesThoseThatHaveBegun() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        List<String> heads = new CopyOnWriteArrayList<>();
        RawServer server = server(connection -> {
            while (connection.read()) {
                heads.add(connection.head().split(" ", 3)[1]);
                awaitLatch(goOn);
                connection.response("{}");
            }
        });
        HttpTransport transport = transport(limited(1));
        List<CompletableFuture<TransportResponse>> all = new ArrayList<>();
        all.add(transport.send(TransportRequest.get(server.uri(), "/first", Map.of(), TIMEOUT)));
        soon().until(() -> heads.size() == 1);
        for (int i = 0; i < 3; i++) {
            all.add(transport.send(TransportRequest.get(server.uri(), "/submit", Map.of(), TIMEOUT)
                    .afterOthers()));
        }
        for (int i = 0; i < 3; i++) {
            all.add(transport.send(TransportRequest.get(server.uri(), "/poll", Map.of(), TIMEOUT)));
        }

        goOn.countDown();
        for (CompletableFuture<TransportResponse> each : all) {
            response(each);
        }

        assertThat(heads).containsExactly("/first", "/poll", "/poll", "/poll", "/submit", "/submit", "/submit");
    }
}
