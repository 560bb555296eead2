/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.client.internal.http.TransportException.Kind;
import io.aipi.client.options.ConnectionOptions;
import io.aipi.client.spi.Scheduler;
import io.aipi.client.spi.VirtualScheduler;
import io.aipi.testsupport.RawServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.hc.core5.util.TimeValue;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpTransportTest extends TransportTestSupport {

    /** For connections that are to be used again, however slow the machine is. */
    private static final TimeValue LONG_KEEP_ALIVE = TimeValue.ofMinutes(5);

    @Test
    void aRefusedConnectionHasSentNothing() throws Exception {
        // bound, so that nobody else gets the port, and not listening
        try (Socket bound = new Socket()) {
            bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));

            TransportException failure =
                    failure(transport().send(get(URI.create("http://127.0.0.1:" + bound.getLocalPort()))));

            assertThat(failure.kind()).isEqualTo(Kind.NOT_CONNECTED);
            assertThat(failure.requestSent()).isFalse();
        }
    }

    @Test
    void aConnectionResetAfterTheRequestIsBroken_andTheRequestMayHaveArrived() throws Exception {
        RawServer server = server(connection -> {
            connection.read();
            connection.reset();
        });

        TransportException failure =
                failure(transport().send(post(server.uri(), "{}".getBytes(StandardCharsets.UTF_8))));

        assertThat(failure.kind()).isEqualTo(Kind.BROKEN);
        assertThat(failure.requestSent()).isTrue();
    }

    /** HttpComponents quotes what it cannot read; a peer that gives back what it got would have it quote a key. */
    @ParameterizedTest
    @ValueSource(strings = {"", "HTTP/1.1 ", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"})
    void whatAPeerGivesBackOfTheRequestIsNotQuoted(String before) throws Exception {
        RawServer server = server(connection -> connection.write(before + connection.readHead()));

        TransportException failure = failure(transport()
                .send(TransportRequest.get(server.uri(), "/chat/login", Map.of("key", "api-key-1"), TIMEOUT)));

        assertThat(server.requests()).singleElement().asString().contains("api-key-1");
        assertThat(failure.kind()).isEqualTo(Kind.BROKEN);
        assertThat(failure.requestSent()).isTrue();
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        assertThat(text.toString()).doesNotContain("api-key-1");
    }

    @Test
    void anEmptyReplyIsBroken() throws Exception {
        RawServer server = server(RawServer.Connection::read);

        TransportException failure = failure(transport().send(get(server.uri())));

        assertThat(failure.kind()).isEqualTo(Kind.BROKEN);
        assertThat(failure.requestSent()).isTrue();
    }

    @Test
    void silenceEndsAtTheDeadline_andTheConnectionWithIt() throws Exception {
        RawServer server = server(connection -> {
            connection.read();
            connection.awaitEnd();
        });
        VirtualScheduler virtual = new VirtualScheduler();
        CompletableFuture<TransportResponse> call =
                transport(DEFAULTS, virtual, HttpTransport.KEEP_ALIVE).send(get(server.uri(), Duration.ofSeconds(20)));
        soon().until(() -> !server.requests().isEmpty());

        virtual.advance(Duration.ofMillis(19_999));
        assertThat(call).isNotDone();
        virtual.advance(Duration.ofMillis(1));

        TransportException failure = failure(call);
        assertThat(failure.kind()).isEqualTo(Kind.TIMED_OUT);
        assertThat(failure.requestSent()).isTrue();
        soon().until(() -> server.openConnections() == 0);
    }

    @Test
    void aDeadlineComesInRealTime() throws Exception {
        RawServer server = server(RawServer.Connection::awaitEnd);
        long begin = System.nanoTime();

        TransportException failure = failure(transport().send(get(server.uri(), Duration.ofMillis(250))));

        // the steps on the way have the same deadline, in milliseconds
        assertThat(Duration.ofNanos(System.nanoTime() - begin))
                .isBetween(Duration.ofMillis(245), Duration.ofSeconds(20));
        assertThat(failure.kind()).isIn(Kind.TIMED_OUT, Kind.NOT_CONNECTED);
    }

    @Test
    void aHandshakeThatStallsEndsAtTheDeadline_andKeepsItsPlaceUntilTheConnectionIsClosed() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch giveUp = new CountDownLatch(1);
        RawServer server = server(connection -> {
            connection.readByte();
            begun.countDown();
            awaitLatch(giveUp);
        });
        VirtualScheduler virtual = new VirtualScheduler();
        HttpTransport transport = transport(handshake(Duration.ofMinutes(1)), virtual, HttpTransport.KEEP_ALIVE);

        CompletableFuture<TransportResponse> stalled =
                transport.send(get(https("localhost", server), Duration.ofSeconds(100)));
        awaitLatch(begun);
        virtual.advance(Duration.ofSeconds(100));
        TransportException failure = failure(stalled);
        CompletableFuture<TransportResponse> waiting =
                transport.send(get(https("localhost", server), Duration.ofSeconds(50)));
        virtual.advance(Duration.ofSeconds(50));
        TransportException next = failure(waiting);

        assertThat(failure.kind()).isEqualTo(Kind.NOT_CONNECTED);
        assertThat(failure.requestSent()).isFalse();
        assertThat(next).hasMessageContaining("maxConnections").hasMessageContaining("50000 ms");
        assertThat(server.connections()).isEqualTo(1);
        transport.send(get(https("localhost", server)));
        giveUp.countDown();
        soon().until(() -> server.connections() == 2);
    }

    @Test
    void aHandshakeThatStallsIsEndedByTheClient_alsoAfterTheDeadline() throws Exception {
        VirtualScheduler virtual = new VirtualScheduler();
        RawServer server = server(connection -> {
            connection.readByte();
            // while the handshake stalls
            virtual.advance(Duration.ofSeconds(100));
            connection.awaitEnd();
        });
        HttpTransport transport = transport(handshake(Duration.ofMillis(400)), virtual, HttpTransport.KEEP_ALIVE);

        TransportException failure = failure(transport.send(get(https("localhost", server), Duration.ofSeconds(100))));

        assertThat(failure.kind()).isEqualTo(Kind.NOT_CONNECTED);
        assertThat(failure.requestSent()).isFalse();
        soon().until(() -> server.openConnections() == 0 && transport.openConnections() == 0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 100\r\n\r\n{\"text\":",
                "Transfer-Encoding: chunked\r\n\r\n8\r\n{\"text\":\r\n",
                "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
                "Content-Len"
            })
    void aTruncatedResponseIsBroken(String response) throws Exception {
        RawServer server = server(connection -> {
            connection.read();
            connection.write("HTTP/1.1 200 OK\r\n" + response);
        });

        TransportException failure = failure(transport().send(get(server.uri())));

        assertThat(failure.kind()).isEqualTo(Kind.BROKEN);
        assertThat(failure.requestSent()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 11\r\n\r\n01234567890",
                "Transfer-Encoding: chunked\r\n\r\nb\r\n01234567890\r\n0\r\n\r\n",
                "Content-Length: 99999999999999\r\n\r\n",
                "\r\n01234567890"
            })
    void aResponseThatIsTooLargeIsRefused(String response) throws Exception {
        RawServer server = server(connection -> {
            connection.read();
            connection.write("HTTP/1.1 200 OK\r\n" + response);
            connection.finish();
            connection.awaitEnd();
        });

        TransportException failure = failure(transport(limited(10, 10)).send(get(server.uri())));

        assertThat(failure.kind()).isEqualTo(Kind.RESPONSE_TOO_LARGE);
        assertThat(failure).hasMessageContaining("10 bytes");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 10\r\n\r\n0123456789",
                "Transfer-Encoding: chunked\r\n\r\n4\r\n0123\r\n6\r\n456789\r\n0\r\n\r\n",
                "\r\n0123456789"
            })
    void aResponseMayBeAsLargeAsAllowed(String response) throws Exception {
        RawServer server = server(connection -> {
            connection.read();
            connection.write("HTTP/1.1 200 OK\r\n" + response);
        });

        TransportResponse read = response(transport(limited(10, 10)).send(get(server.uri())));

        assertThat(text(read)).isEqualTo("0123456789");
    }

    @Test
    void aResponseWithoutABodyIsAResponse() throws Exception {
        RawServer server = server(connection -> {
            connection.read();
            connection.write("HTTP/1.1 204 No Content\r\n\r\n");
        });

        TransportResponse read = response(transport().send(get(server.uri())));

        assertThat(read.status()).isEqualTo(204);
        assertThat(read.length()).isZero();
    }

    @Test
    void aLongRequestAndALongResponseArriveWhole() throws Exception {
        String text = "x".repeat(3_000_000);
        RawServer server = server(connection -> {
            while (connection.read()) {
                connection.response(text);
            }
        });

        TransportResponse read = response(transport().send(post(server.uri(), new byte[5_000_000])));

        assertThat(text(read)).isEqualTo(text);
        assertThat(server.requests().get(0)).contains("Content-Length: 5000000").contains("application/json");
    }

    @Test
    void saysWhatItIsAndWhatItTakes_andNothingElse() throws Exception {
        RawServer server = server(RawServer::responseAll);

        response(transport().send(TransportRequest.get(server.uri(), "/a", Map.of("k", "a b/?#&="), TIMEOUT)));

        assertThat(server.requests().get(0).lines().filter(line -> !line.isEmpty()))
                .containsExactlyInAnyOrder(
                        "GET /a?k=a%20b%2F%3F%23%26%3D HTTP/1.1",
                        "Host: 127.0.0.1:" + server.port(),
                        "Accept: application/json",
                        "Connection: keep-alive",
                        "User-Agent: the test");
    }

    @Test
    void aConnectionIsUsedAgain() throws Exception {
        RawServer server = server(RawServer::responseAll);
        HttpTransport transport = transport(DEFAULTS, scheduler, LONG_KEEP_ALIVE);

        for (int i = 0; i < 5; i++) {
            response(transport.send(post(server.uri(), new byte[10])));
        }

        assertThat(server.connections()).isEqualTo(1);
        assertThat(transport.openConnections()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}",
                "HTTP/1.1 200 OK\r\nConnection: Foo, Close\r\nContent-Length: 2\r\n\r\n{}",
                "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}",
                "HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\nContent-Length: 2\r\n\r\n{}"
            })
    void aConnectionThatTheServerWillCloseIsNotUsedAgain(String response) throws Exception {
        RawServer server = server(connection -> {
            connection.read();
            connection.write(response);
            connection.awaitEnd();
        });
        HttpTransport transport = transport();

        response(transport.send(get(server.uri())));
        response(transport.send(get(server.uri())));

        assertThat(server.connections()).isEqualTo(2);
        assertThat(server.requests()).hasSize(2);
        soon().until(() -> server.openConnections() == 0);
    }

    @Test
    void aConnectionThatTheServerHasClosedIsNotUsedAgain() throws Exception {
        CountDownLatch closedByBoth = new CountDownLatch(1);
        RawServer server = server(connection -> {
            connection.read();
            connection.response("{}");
            connection.finish();
            connection.awaitEnd();
            closedByBoth.countDown();
        });
        HttpTransport transport = transport();
        response(transport.send(get(server.uri())));
        assertThat(closedByBoth.await(30, TimeUnit.SECONDS)).isTrue();

        response(transport.send(get(server.uri())));

        assertThat(server.connections()).isEqualTo(2);
    }

    @Test
    void aConnectionThatHasBeenIdleForTooLongIsNotUsedAgain() throws Exception {
        RawServer server = server(RawServer::responseAll);
        HttpTransport transport = transport(DEFAULTS, scheduler, TimeValue.ofMilliseconds(1));
        response(transport.send(get(server.uri())));
        awaitMilliseconds(5);

        response(transport.send(get(server.uri())));

        assertThat(server.connections()).isEqualTo(2);
        assertThat(HttpTransport.KEEP_ALIVE.toSeconds()).isLessThan(10);
    }

    @Test
    void anIdleConnectionIsClosedWithoutBeingAskedFor() throws Exception {
        RawServer server = server(RawServer::responseAll);
        VirtualScheduler virtual = new VirtualScheduler();
        HttpTransport transport = transport(DEFAULTS, virtual, TimeValue.ofMilliseconds(1));
        response(transport.send(get(server.uri())));
        awaitMilliseconds(5);

        virtual.advance(Duration.ofSeconds(5));

        soon().until(() -> server.openConnections() == 0);
        assertThat(transport.openConnections()).isZero();
    }

    @Test
    void aResponseThatComesBeforeTheRequestIsWholeIsTheResponse() throws Exception {
        RawServer server = server(connection -> {
            connection.readHead();
            connection.write("HTTP/1.1 413 Payload Too Large\r\nContent-Length: 2\r\n\r\n{}");
            connection.awaitEnd();
        });
        HttpTransport transport = transport();

        TransportResponse read = response(transport.send(post(server.uri(), new byte[50_000_000])));

        assertThat(read.status()).isEqualTo(413);
        soon().until(() -> server.openConnections() == 0);
        assertThat(transport.openConnections()).isZero();
    }

    @Test
    void closingEndsCallsInFlightAndInTheQueue_andThoseThatComeLater() throws Exception {
        RawServer server = server(RawServer.Connection::awaitEnd);
        HttpTransport transport = transport(limited(1, 1_000));
        CompletableFuture<TransportResponse> inFlight = transport.send(get(server.uri()));
        CompletableFuture<TransportResponse> inQueue = transport.send(get(server.uri()));
        soon().until(() -> server.connections() == 1);

        transport.close();

        assertThat(failure(inFlight).kind()).isEqualTo(Kind.CLOSED);
        assertThat(failure(inQueue).kind()).isEqualTo(Kind.CLOSED);
        assertThat(failure(inQueue).requestSent()).isFalse();
        assertThat(failure(transport.send(get(server.uri()))).kind()).isEqualTo(Kind.CLOSED);
        soon().until(() -> server.openConnections() == 0);
    }

    /** The place of a call that is ended by the close must not go to one that waits for it, and will be ended next. */
    @Test
    void closingStartsNoCallThatWaitedForAConnection() throws Exception {
        RawServer server = server(RawServer.Connection::awaitEnd);
        AtomicInteger connects = new AtomicInteger();
        HostLookup counting = new HostLookup(factory, host -> {
            connects.incrementAndGet();
            return InetAddress.getAllByName(host);
        });
        closing(counting);
        HttpTransport transport = closing(new HttpTransport(
                trusting(limited(1, 1_000)), scheduler, counting, new ResponseMemory(0), factory, "the test"));
        // in which order they are ended is left to chance: with this many, one that waits comes after the one that has
        List<CompletableFuture<TransportResponse>> calls = IntStream.range(0, 2_000)
                .mapToObj(i -> transport.send(get(server.uri())))
                .toList();
        soon().until(() -> server.connections() == 1);

        transport.close();

        for (CompletableFuture<TransportResponse> waiting : calls.subList(1, calls.size())) {
            assertThat(failure(waiting).kind()).isEqualTo(Kind.CLOSED);
            assertThat(failure(waiting).requestSent()).isFalse();
        }
        assertThat(connects).hasValue(1);
    }

    /** Handed on from one to the next, the place of the one that ends would cost a stack frame for each of them. */
    @Test
    void callsThatHaveEndedWhileTheyWaitedForAConnectionWaitNoMore() throws Exception {
        RawServer server = server(RawServer.Connection::awaitEnd);
        VirtualScheduler virtual = new VirtualScheduler();
        HttpTransport transport = transport(limited(1, 1_000), virtual, HttpTransport.KEEP_ALIVE);
        CompletableFuture<TransportResponse> inFlight = transport.send(get(server.uri(), Duration.ofSeconds(20)));
        List<CompletableFuture<TransportResponse>> waiting = IntStream.range(0, 2_000)
                .mapToObj(i -> transport.send(get(server.uri(), Duration.ofSeconds(10))))
                .toList();
        soon().until(() -> server.connections() == 1);
        virtual.advance(Duration.ofSeconds(10));
        assertThat(waiting).allMatch(CompletableFuture::isCompletedExceptionally);
        CompletableFuture<TransportResponse> last = transport.send(get(server.uri(), Duration.ofSeconds(20)));

        virtual.advance(Duration.ofSeconds(10));

        assertThat(inFlight).isCompletedExceptionally();
        soon().until(() -> server.connections() == 2);
        assertThat(last).isNotDone();
    }

    /** It would wait for five seconds; of some closes one at least is not held up by the machine. */
    @Test
    void canBeClosedOnItsOwnThreadWithoutWaitingForItself() throws Exception {
        Duration shortest = Duration.ofDays(1);
        for (int i = 0; i < 5 && shortest.compareTo(Duration.ofSeconds(3)) >= 0; i++) {
            Duration taken = closeOnItsOwnThread();
            shortest = taken.compareTo(shortest) < 0 ? taken : shortest;
        }
        assertThat(shortest).isLessThan(Duration.ofSeconds(3));
    }

    private Duration closeOnItsOwnThread() throws Exception {
        CountDownLatch closeFollows = new CountDownLatch(1);
        RawServer server = server(connection -> {
            connection.read();
            awaitLatch(closeFollows);
            connection.response("{}");
            connection.awaitEnd();
        });
        HttpTransport transport = transport();
        Thread test = Thread.currentThread();
        CompletableFuture<Duration> taken = transport.send(get(server.uri())).thenApply(read -> {
            assertThat(Thread.currentThread()).isNotSameAs(test);
            long begin = System.nanoTime();
            transport.close();
            return Duration.ofNanos(System.nanoTime() - begin);
        });
        closeFollows.countDown();
        return taken.get(60, TimeUnit.SECONDS);
    }

    @Test
    void makesNoMoreConnectionsThanAllowed() throws Exception {
        CountDownLatch allSent = new CountDownLatch(1);
        RawServer server = server(connection -> {
            while (connection.read()) {
                awaitLatch(allSent);
                connection.response("{}");
            }
        });
        HttpTransport transport = transport(limited(2, 1_000), scheduler, LONG_KEEP_ALIVE);
        List<CompletableFuture<TransportResponse>> calls = IntStream.range(0, 12)
                .mapToObj(i -> transport.send(get(server.uri())))
                .toList();
        soon().until(() -> server.connections() == 2);

        allSent.countDown();

        for (CompletableFuture<TransportResponse> call : calls) {
            assertThat(response(call).status()).isEqualTo(200);
        }
        assertThat(server.mostConnections()).isEqualTo(2);
        assertThat(server.requests()).hasSize(12);
    }

    @Test
    void waitingForAConnectionEndsAtTheDeadlineToo_withNothingSent() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        RawServer server = server(connection -> {
            while (connection.read()) {
                awaitLatch(release);
                connection.response("{}");
            }
        });
        HttpTransport transport = transport(limited(1, 1_000));
        CompletableFuture<TransportResponse> first = transport.send(get(server.uri()));

        TransportException failure = failure(transport.send(get(server.uri(), Duration.ofMillis(100))));
        release.countDown();

        assertThat(failure.kind()).isEqualTo(Kind.NOT_CONNECTED);
        assertThat(failure.requestSent()).isFalse();
        response(first);
        response(transport.send(get(server.uri())));
        assertThat(server.requests()).hasSize(2);
    }

    @Test
    void whatIsSaidToHaveNotBeenSentHasNotArrived() throws Exception {
        RawServer server = server(RawServer::responseAll);
        HttpTransport transport = transport(limited(4, 1_000));
        response(transport.send(get(server.uri())));
        List<CompletableFuture<TransportResponse>> calls = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
            // deadlines that fall into every moment of a call
            Duration timeout = Duration.ofNanos(i % 150 * 100_000L);
            calls.add(transport.send(TransportRequest.get(server.uri(), "/call-" + i + "-", Map.of(), timeout)));
        }
        List<Integer> unsent = new ArrayList<>();
        for (int i = 0; i < calls.size(); i++) {
            Throwable problem = calls.get(i).handle((read, failure) -> failure).get(60, TimeUnit.SECONDS);
            if (problem instanceof TransportException failure && !failure.requestSent()) {
                unsent.add(i);
            }
        }

        response(transport.send(get(server.uri())));
        String arrived = String.join("", server.requests());
        assertThat(unsent).isNotEmpty().noneMatch(i -> arrived.contains("/call-" + i + "-"));
        // a thread of the server's may notice an end late, but it does
        soon().untilAsserted(() ->
                assertThat(server.openConnections()).as("leaked connections").isLessThanOrEqualTo(4));
        assertThat(transport.openConnections()).isLessThanOrEqualTo(4);
    }

    @Test
    void aPlainProxyIsToldTheWholeUrl() throws Exception {
        RawServer proxy = server(RawServer::responseAll);

        response(transport(through(proxy)).send(get(URI.create("http://gpu.example:7777/base"))));

        assertThat(proxy.requests())
                .singleElement()
                .satisfies(head -> assertThat(head)
                        .startsWith("GET http://gpu.example:7777/base/path HTTP/1.1\r\n")
                        .contains("Host: gpu.example:7777\r\n"));
    }

    @Test
    void speaksTls() throws Exception {
        RawServer server = tlsServer();
        HttpTransport transport = transport(DEFAULTS, scheduler, LONG_KEEP_ALIVE);

        response(transport.send(get(https("localhost", server))));
        response(transport.send(get(https("localhost", server))));

        assertThat(server.requests()).hasSize(2);
        assertThat(server.connections()).isEqualTo(1);
    }

    @Test
    void refusesTheCertificateOfAnotherHost() throws Exception {
        RawServer server = tlsServer();

        TransportException failure = failure(transport().send(get(https("127.0.0.1", server))));

        assertThat(failure.kind()).isEqualTo(Kind.NOT_CONNECTED);
        assertThat(failure.requestSent()).isFalse();
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void refusesACertificateThatNobodyVouchesFor() throws Exception {
        RawServer server = tlsServer();

        TransportException failure =
                failure(of(DEFAULTS, scheduler, HttpTransport.KEEP_ALIVE).send(get(https("localhost", server))));

        assertThat(failure.kind()).isEqualTo(Kind.NOT_CONNECTED);
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void anotherVerifierOfHostNamesMayBeLessStrict() throws Exception {
        RawServer server = tlsServer();
        ConnectionOptions options = new ConnectionOptions(
                DEFAULTS.connectTimeout(), 10, DEFAULTS.maxResponseSize(), null, tls, (host, session) -> true);

        assertThat(response(transport(options).send(get(https("127.0.0.1", server))))
                        .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 200 Connection established\r\n\r\n", "HTTP/1.0 200 OK\r\nVia: proxy\r\n\r\n"})
    void tlsGoesThroughAProxyByATunnel(String established) throws Exception {
        RawServer server = tlsServer();
        RawServer proxy = server(connection -> {
            connection.readHead();
            connection.write(established);
            connection.tunnelTo(server.port());
        });
        HttpTransport transport = transport(through(proxy), scheduler, LONG_KEEP_ALIVE);

        response(transport.send(post(https("localhost", server), new byte[100_000])));
        response(transport.send(get(https("localhost", server))));

        assertThat(proxy.requests())
                .singleElement()
                .satisfies(head -> assertThat(head)
                        .startsWith("CONNECT localhost:" + server.port() + " HTTP/1.1\r\n")
                        .contains("Host: localhost:" + server.port()));
        assertThat(server.requests()).hasSize(2);
    }

    @Test
    void aTunnelToTheWrongHostIsRefused() throws Exception {
        RawServer server = tlsServer();
        RawServer proxy = server(connection -> {
            connection.readHead();
            connection.write("HTTP/1.1 200 Connection established\r\n\r\n");
            connection.tunnelTo(server.port());
        });

        TransportException failure = failure(transport(through(proxy)).send(get(URI.create("https://gpu.example"))));

        assertThat(failure.kind()).isEqualTo(Kind.NOT_CONNECTED);
        assertThat(failure.requestSent()).isFalse();
        assertThat(server.requests()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 2\r\n\r\nno",
                "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
                ""
            })
    void aProxyThatRefusesTheTunnelHasBeenSentNothing(String refusal) throws Exception {
        RawServer proxy = server(connection -> {
            connection.readHead();
            connection.write(refusal);
        });

        TransportException failure =
                failure(transport(through(proxy)).send(post(URI.create("https://gpu.example"), new byte[10])));

        assertThat(failure.kind()).isEqualTo(Kind.NOT_CONNECTED);
        assertThat(failure.requestSent()).isFalse();
        assertThat(failure).hasMessageContaining("the proxy");
    }

    @Test
    void ofARedirectOnlyTheHostIsTold() throws Exception {
        String location = "https://user:secret@other.example:1234/login?key=secret";
        RawServer server = server(connection -> {
            connection.read();
            connection.write("HTTP/1.1 301 Moved\r\nContent-Length: 0\r\nLocation: " + location + "\r\n\r\n");
        });

        TransportResponse read = response(transport().send(get(server.uri())));

        assertThat(read.location()).isEqualTo("https://other.example:1234");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "7 | 7",
                "999999999 | 999999999",
                "Wed, 21 Oct 2026 07:28:00 GMT & Date: Wed, 21 Oct 2026 07:26:30 GMT | 90",
                "Wed, 21 Oct 2026 07:28:00 GMT & Date: Wed, 21 Oct 2026 07:29:00 GMT | 0",
                "Wed, 21 Oct 2026 07:28:00 GMT | 0",
                "-1 | 0",
                "99999999999999999999 | 0",
                "soon | 0"
            })
    @Tag("case-A18")
    void aTimeToWaitIsUnderstoodInEachForm(String header, int seconds) throws Exception {
        RawServer server = server(connection -> {
            connection.read();
            connection.write("HTTP/1.1 503 Wait\r\nRetry-After: " + header.replace(" & ", "\r\n")
                    + "\r\nContent-Length: 0\r\n\r\n");
        });

        assertThat(response(transport().send(get(server.uri()))).retryAfter()).isEqualTo(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Encoding: br\r\nContent-Length: 4", "Content-Length: 2000000"})
    @Tag("case-A11")
    void anErrorCountsByItsStatusWhateverFormItsWordsHave(String headers) throws Exception {
        RawServer server = server(connection -> {
            while (connection.read()) {
                connection.write("HTTP/1.1 502 Bad\r\n" + headers + "\r\n\r\n"
                        + (headers.contains("br") ? "\1\2\3\4" : "x".repeat(2_000_000)));
            }
        });
        HttpTransport transport = transport();

        for (int i = 0; i < 2; i++) {
            TransportResponse read = response(transport.send(get(server.uri())));
            assertThat(read.status()).isEqualTo(502);
            assertThat(read.length()).isZero();
        }
    }

    @Test
    @Tag("case-A11")
    void anErrorOfUnknownLengthThatGoesOnAndOnCountsByItsStatus() throws Exception {
        RawServer server = server(connection -> {
            connection.read();
            connection.write("HTTP/1.1 500 Bad\r\nConnection: close\r\n\r\n" + "x".repeat(1_500_000));
        });

        TransportResponse read = response(transport().send(get(server.uri())));

        assertThat(read.status()).isEqualTo(500);
        assertThat(read.length()).isZero();
    }

    private HttpTransport transport() {
        return transport(DEFAULTS);
    }

    @Override
    HttpTransport transport(ConnectionOptions options) {
        return transport(options, scheduler, HttpTransport.KEEP_ALIVE);
    }

    private HttpTransport transport(ConnectionOptions options, Scheduler time, TimeValue keepAlive) {
        // reading the JVM's certificates takes longer than most of these tests
        return of(options.sslContext() != null ? options : trusting(options), time, keepAlive);
    }

    private HttpTransport of(ConnectionOptions options, Scheduler time, TimeValue keepAlive) {
        return transport(options, time, new ResponseMemory(0), closing(new HostLookup(factory)), keepAlive);
    }

    private static ConnectionOptions limited(int connections, long responseSize) {
        return new ConnectionOptions(DEFAULTS.connectTimeout(), connections, responseSize, null, null, null);
    }

    private static ConnectionOptions handshake(Duration timeout) {
        return new ConnectionOptions(timeout, 1, DEFAULTS.maxResponseSize(), null, tls, null);
    }

    private static ConnectionOptions trusting(ConnectionOptions options) {
        return new ConnectionOptions(
                options.connectTimeout(),
                options.maxConnections(),
                options.maxResponseSize(),
                options.proxy(),
                tls,
                options.hostnameVerifier());
    }

    private static URI https(String host, RawServer server) {
        return URI.create("https://" + host + ":" + server.port());
    }

    private static TransportRequest post(URI server, byte[] body) {
        return TransportRequest.post(server, "/path", body, TIMEOUT);
    }

    private static void awaitMilliseconds(long time) {
        long begin = System.nanoTime();
        soon().until(() -> System.nanoTime() - begin > TimeUnit.MILLISECONDS.toNanos(time));
    }
}
