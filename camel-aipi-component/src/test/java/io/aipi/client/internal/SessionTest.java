/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.client.error.AuthenticationException;
import io.aipi.client.error.ConnectionFailedException;
import io.aipi.client.error.ErrorContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class SessionTest {

    private static final ErrorContext PLACE = ErrorContext.of("llama2_chat");

    private final VirtualTimer timer = new VirtualTimer();
    private final Session session = new Session(timer, new SecretMask("api-key"));
    private final Queue<CompletableFuture<String>> logins = new ConcurrentLinkedQueue<>();

    @Test
    void allWhoAskWhileALoginIsUnderWayGetItsKey() {
        List<CompletableFuture<String>> waiting = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            waiting.add(session.key(this::login));
        }
        assertThat(logins).hasSize(1);
        logins.remove().complete("session-1");
        assertThat(waiting).allSatisfy(key -> assertThat(key).isCompletedWithValue("session-1"));
        assertThat(session.key(this::login)).isCompletedWithValue("session-1");
        assertThat(logins).isEmpty();
    }

    @Test
    void anExpiredKeyIsReplacedOnceHoweverManyReportIt() {
        loggedIn("session-1");
        for (int i = 0; i < 100; i++) {
            session.expired("session-1");
        }
        CompletableFuture<String> next = session.key(this::login);
        logins.remove().complete("session-2");
        assertThat(next).isCompletedWithValue("session-2");
        session.expired("session-1");
        assertThat(session.key(this::login)).as("late news of an old key").isCompletedWithValue("session-2");
        assertThat(session.logins()).isEqualTo(2);
    }

    @Test
    void aRefusalFailsAllWhoWaitAndIsHeldForAMoment() {
        CompletableFuture<String> first = session.key(this::login);
        CompletableFuture<String> second = session.key(this::login);
        logins.remove().completeExceptionally(new AuthenticationException("Key not valid", PLACE));
        assertThat(first).isCompletedExceptionally();
        assertThat(second).isCompletedExceptionally();
        assertThat(session.key(this::login)).isCompletedExceptionally();
        timer.advance(Session.REFUSAL_HOLD.minusMillis(1));
        assertThat(session.key(this::login)).isCompletedExceptionally();
        assertThat(logins).as("the server is not hammered").isEmpty();
        timer.advance(Duration.ofMillis(1));
        assertThat(session.key(this::login)).isNotDone();
        assertThat(logins).hasSize(1);
    }

    @Test
    void aBrokenConnectionIsNoRefusal() {
        CompletableFuture<String> first = session.key(this::login);
        logins.remove().completeExceptionally(new ConnectionFailedException("refused", false, PLACE, null));
        assertThat(first).isCompletedExceptionally();
        assertThat(session.key(this::login)).isNotDone();
        assertThat(logins).hasSize(1);
    }

    @Test
    void aLoginThatThrowsFailsThoseWhoWaitAndNobodyElse() {
        assertThat(session.key(() -> {
                    throw new IllegalStateException("bug");
                }))
                .isCompletedExceptionally();
        assertThat(session.key(this::login)).isNotDone();
    }

    @Test
    void whoeverCancelsItsWaitingTakesNobodyAlong() {
        CompletableFuture<String> impatient = session.key(this::login);
        CompletableFuture<String> patient = session.key(this::login);
        assertThat(impatient.cancel(true)).isTrue();
        logins.remove().complete("session-1");
        assertThat(patient).isCompletedWithValue("session-1");
    }

    @Test
    void theStateForPeopleHasNoKeyInIt() {
        assertThat(session.describe()).isEqualTo("logged out");
        loggedIn("session-1");
        assertThat(session.describe()).isEqualTo("logged in");
    }

    @Test
    void underManyThreadsEachExpiredKeyCausesExactlyOneLogin() throws Exception {
        int rounds = 200;
        int threads = 8;
        AtomicInteger issued = new AtomicInteger();
        Supplier<CompletableFuture<String>> asynchronous = () ->
                CompletableFuture.supplyAsync(() -> "session-" + issued.incrementAndGet(), ForkJoinPool.commonPool());
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        AtomicInteger completions = new AtomicInteger();
        try {
            for (int round = 1; round <= rounds; round++) {
                CountDownLatch all = new CountDownLatch(threads);
                String expired = "session-" + (round - 1);
                for (int i = 0; i < threads; i++) {
                    pool.execute(() -> {
                        session.expired(expired);
                        session.key(asynchronous).whenComplete((key, failure) -> {
                            completions.incrementAndGet();
                            all.countDown();
                        });
                    });
                }
                assertThat(all.await(10, TimeUnit.SECONDS))
                        .as("round %d", round)
                        .isTrue();
                assertThat(issued).hasValue(round);
            }
        } finally {
            pool.shutdownNow();
        }
        assertThat(completions).hasValue(rounds * threads);
    }

    private CompletableFuture<String> login() {
        CompletableFuture<String> login = new CompletableFuture<>();
        logins.add(login);
        return login;
    }

    private void loggedIn(String key) {
        CompletableFuture<String> waiting = session.key(this::login);
        logins.remove().complete(key);
        assertThat(waiting).isCompletedWithValue(key);
    }
}
