/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.client.internal.wire.SecretRedactor;
import io.aipi.client.spi.VirtualScheduler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.RepeatedTest;

class SessionStressTest {

    private static final int THREADS = 16;
    private static final int EXPIRIES = 60;

    @RepeatedTest(5)
    void manyThreadsMeetExpiredKeys_andEachKeyIsReplacedExactlyOnce() throws Exception {
        Session session = new Session(new VirtualScheduler(), new SecretRedactor(null));
        AtomicInteger logins = new AtomicInteger();
        AtomicInteger completions = new AtomicInteger();
        CyclicBarrier together = new CyclicBarrier(THREADS);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        ExecutorService server = Executors.newFixedThreadPool(2);
        try {
            List<Future<Void>> running = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                running.add(threads.submit(() -> {
                    SessionKey old = new SessionKey(session, "key 0");
                    for (int round = 1; round <= EXPIRIES; round++) {
                        together.await(60, TimeUnit.SECONDS);
                        // the keys are numbered: in round n all know that key n - 1 has expired
                        session.expired(old);
                        CompletableFuture<SessionKey> key = session.key(
                                () -> CompletableFuture.supplyAsync(() -> "key " + logins.incrementAndGet(), server));
                        CompletableFuture<Integer> counted = key.thenApply(k -> completions.incrementAndGet());
                        assertThat(key.get(60, TimeUnit.SECONDS).value()).isEqualTo("key " + round);
                        counted.get(60, TimeUnit.SECONDS);
                        session.accepted(key.join());
                        // late news of an older key
                        session.expired(old);
                        old = key.join();
                    }
                    return null;
                }));
            }
            for (Future<Void> each : running) {
                each.get(100, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
            server.shutdownNow();
        }
        assertThat(logins).hasValue(EXPIRIES);
        assertThat(session.logins()).isEqualTo(EXPIRIES);
        assertThat(completions).hasValue(THREADS * EXPIRIES);
    }
}
