/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.client.internal.TransportException.Kind;
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
    void aServerThatAnswersNothingTakesNoConnectionFromAnother() throws Exception {
        RawServer frozen = server(RawServer.Connection::awaitEnd);
        RawServer good = server(RawServer::answerAll);
        HttpTransport transport = transport(limited(3));
        List<CompletableFuture<HttpAnswer>> stuck = IntStream.range(0, 1_000)
                .mapToObj(i -> transport.send(get(frozen.uri(), Duration.ofHours(1))))
                .toList();
        soon().until(() -> frozen.connections() == 3);

        List<CompletableFuture<HttpAnswer>> answered = IntStream.range(0, 200)
                .mapToObj(i -> transport.send(get(good.uri())))
                .toList();

        for (CompletableFuture<HttpAnswer> each : answered) {
            assertThat(answer(each).status()).isEqualTo(200);
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
                connection.answer("{}");
            }
        });
        HttpTransport transport = transport(limited(3));
        List<CompletableFuture<HttpAnswer>> held = IntStream.range(0, 120)
                .mapToObj(i -> transport.send(HttpCall.post(server.uri(), "/held", new byte[2], Duration.ofHours(1))
                        .hold()))
                .toList();
        soon().until(() -> server.connections() == 3);

        for (int i = 0; i < 20; i++) {
            assertThat(answer(transport.send(get(server.uri()))).status()).isEqualTo(200);
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
                connection.answer("{}");
            }
        });
        VirtualTimer time = new VirtualTimer();
        HttpTransport transport = transport(limited(1), time, new ResponseMemory(0));
        CompletableFuture<HttpAnswer> inFront = transport.send(get(server.uri(), CALL));
        soon().until(() -> count.get() == 1);
        CompletableFuture<HttpAnswer> waiting = transport.send(get(server.uri(), CALL.multipliedBy(2)));

        time.advance(CALL.minusSeconds(1));
        first.countDown();
        answer(inFront);
        soon().until(() -> count.get() == 2);
        time.advance(CALL.plusSeconds(15));

        // 54 s have passed since it was sent, 35 since it has its connection
        assertThat(waiting).isNotDone();
        second.countDown();
        assertThat(answer(waiting).status()).isEqualTo(200);
    }

    @Test
    @Tag("case-D5")
    void waitingForAConnectionEndsAfterTheSameTime_withNothingSent() throws Exception {
        RawServer server = server(connection -> {
            connection.read();
            connection.awaitEnd();
        });
        VirtualTimer time = new VirtualTimer();
        HttpTransport transport = transport(limited(1), time, new ResponseMemory(0));
        transport.send(get(server.uri(), Duration.ofHours(1)));
        soon().until(() -> server.requests().size() == 1);

        CompletableFuture<HttpAnswer> waiting = transport.send(get(server.uri(), CALL));
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
                connection.answer("{}");
            }
        });
        AtomicInteger asked = new AtomicInteger();
        HttpTransport transport = transport(limited(1));
        CompletableFuture<HttpAnswer> inFront = transport.send(get(server.uri()));
        CompletableFuture<HttpAnswer> unwanted = transport.send(HttpCall.post(server.uri(), "/x", new byte[1], () -> {
            if (asked.incrementAndGet() > 1) {
                throw new IllegalStateException("the job has ended");
            }
            return TIMEOUT;
        }));
        CompletableFuture<HttpAnswer> behind = transport.send(get(server.uri()));

        release.countDown();

        answer(inFront);
        answer(behind);
        assertThat(failure(unwanted).requestSent()).isFalse();
        assertThat(asked).hasValue(2);
        assertThat(server.requests()).hasSize(2);
        assertThat(server.connections()).isEqualTo(1);
    }

    @Test
    @Tag("case-D16")
    void aNameThatIsLookedUpForLongDelaysNoOtherHost() throws Exception {
        RawServer server = server(RawServer::answerAll);
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
        HttpTransport transport = transport(DEFAULTS, timer, new ResponseMemory(0), lookup);
        List<CompletableFuture<HttpAnswer>> slow = IntStream.range(0, 40)
                .mapToObj(i -> transport.send(get(URI.create("http://slow" + i % 20 + ".example:" + server.port()))))
                .toList();
        soon().until(() -> lookups.get() == 20);

        assertThat(answer(transport.send(get(URI.create("http://quick.example:" + server.port()))))
                        .status())
                .isEqualTo(200);

        assertThat(slow).noneMatch(CompletableFuture::isDone);
        resolve.countDown();
        for (CompletableFuture<HttpAnswer> each : slow) {
            assertThat(answer(each).status()).isEqualTo(200);
        }
        assertThat(lookups).as("one at a time for each host").hasValue(20);
    }

    @Test
    void ofSeveralAddressesTheNextIsTried() throws Exception {
        RawServer server = server(RawServer::answerAll);
        InetAddress nobody = InetAddress.getByName("127.0.0.77");
        HostLookup lookup =
                new HostLookup(factory, host -> new InetAddress[] {nobody, InetAddress.getLoopbackAddress()});
        HttpTransport transport = transport(DEFAULTS, timer, new ResponseMemory(0), lookup);

        assertThat(answer(transport.send(get(URI.create("http://gpu.example:" + server.port()))))
                        .status())
                .isEqualTo(200);
    }

    @Test
    @Tag("case-B13")
    void aBusyConnectionGetsNoOlderThanItsTimeToLive() throws Exception {
        RawServer before = server(RawServer::answerAll);
        VirtualTimer time = new VirtualTimer();
        HttpTransport transport =
                transport(limited(1).withConnectionTimeToLive(Duration.ofSeconds(60)), time, new ResponseMemory(0));

        for (int i = 0; i < 59; i++) {
            answer(transport.send(get(before.uri())));
            time.advance(Duration.ofSeconds(1));
        }
        assertThat(before.connections()).isEqualTo(1);
        time.advance(Duration.ofSeconds(1));
        answer(transport.send(get(before.uri())));

        assertThat(before.connections()).isEqualTo(2);
        soon().until(() -> before.openConnections() == 1);
    }

    /** With calls that wait for it, a connection is never idle. */
    @Test
    @Tag("case-B13")
    void aConnectionThatIsNeverIdleIsClosedAfterTheResponseWhenItIsTooOld() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        RawServer server = server(connection -> {
            while (connection.read()) {
                awaitLatch(answer);
                connection.answer("{}");
            }
        });
        VirtualTimer time = new VirtualTimer();
        HttpTransport transport =
                transport(limited(1).withConnectionTimeToLive(Duration.ofSeconds(10)), time, new ResponseMemory(0));
        CompletableFuture<HttpAnswer> first = transport.send(get(server.uri()));
        CompletableFuture<HttpAnswer> second = transport.send(get(server.uri()));
        soon().until(() -> server.requests().size() == 1);

        time.advance(Duration.ofSeconds(10));
        answer.countDown();

        answer(first);
        answer(second);
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
            assertThat(text(answer(transport.send(get(server.uri()))))).isEqualTo("{}");
        }

        assertThat(server.connections()).isEqualTo(2);
    }

    @Test
    @Tag("case-D22")
    void whatComesWhileAConnectionIsIdleEndsIt() throws Exception {
        CountDownLatch idle = new CountDownLatch(1);
        RawServer server = server(connection -> {
            connection.read();
            connection.answer("{}");
            awaitLatch(idle);
            connection.write("HTTP/1.1 200 OK\r\nContent-");
            connection.awaitEnd();
        });
        HttpTransport transport = transport(limited(1));
        answer(transport.send(get(server.uri())));

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
                    connection.answer("{}");
                } else if (begun.getAndIncrement() == 0) {
                    connection.write("HTTP/1.1 200 OK\r\nContent-Length: " + large.length() + "\r\n\r\n"
                            + large.substring(0, 1_900_000));
                    awaitLatch(goOn);
                    connection.write(large.substring(1_900_000));
                } else {
                    connection.answer(large);
                }
            }
        });
        ResponseMemory memory = new ResponseMemory(1_000_000);
        HttpTransport transport = transport(limited(20), timer, memory);
        CompletableFuture<HttpAnswer> first = transport.send(get(server.uri()));
        soon().until(() -> memory.used() > 1_500_000);
        List<CompletableFuture<HttpAnswer>> others = IntStream.range(0, 10)
                .mapToObj(i -> transport.send(get(server.uri())))
                .toList();
        soon().until(() -> begun.get() == 11);
        for (int i = 0; i < 50; i++) {
            answer(transport.send(HttpCall.get(server.uri(), "/small", Map.of(), TIMEOUT)));
            assertThat(memory.used()).isLessThan(2_000_001);
        }
        assertThat(first).isNotDone();
        assertThat(others).noneMatch(CompletableFuture::isDone);

        goOn.countDown();

        assertThat(text(answer(first))).isEqualTo(large);
        for (CompletableFuture<HttpAnswer> each : others) {
            assertThat(text(answer(each))).isEqualTo(large);
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
        VirtualTimer time = new VirtualTimer();
        ResponseMemory memory = new ResponseMemory(100_000);
        HttpTransport transport = transport(limited(2), time, memory);
        CompletableFuture<HttpAnswer> first = transport.send(get(server.uri(), Duration.ofHours(1)));
        // the server holds back the end of the one that it has begun first
        soon().until(() -> begun.get() == 1 && memory.used() > 400_000);
        CompletableFuture<HttpAnswer> second = transport.send(get(server.uri(), CALL));
        soon().until(() -> begun.get() == 2 && memory.isAwaited());

        for (int i = 0; i < 5; i++) {
            time.advance(CALL);
        }
        assertThat(second).isNotDone();
        goOn.countDown();

        answer(first);
        assertThat(text(answer(second))).isEqualTo(large);
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
            connection.answer("{}");
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
                connection.answer("{}");
            }
        });
        HttpTransport transport = transport(limited(1));
        List<CompletableFuture<HttpAnswer>> all = new ArrayList<>();
        all.add(transport.send(HttpCall.get(server.uri(), "/first", Map.of(), TIMEOUT)));
        soon().until(() -> heads.size() == 1);
        for (int i = 0; i < 3; i++) {
            all.add(transport.send(
                    HttpCall.get(server.uri(), "/submit", Map.of(), TIMEOUT).afterOthers()));
        }
        for (int i = 0; i < 3; i++) {
            all.add(transport.send(HttpCall.get(server.uri(), "/poll", Map.of(), TIMEOUT)));
        }

        goOn.countDown();
        for (CompletableFuture<HttpAnswer> each : all) {
            answer(each);
        }

        assertThat(heads).containsExactly("/first", "/poll", "/poll", "/poll", "/submit", "/submit", "/submit");
    }
}
