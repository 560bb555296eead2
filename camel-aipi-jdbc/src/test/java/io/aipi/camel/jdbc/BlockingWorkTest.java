/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.client.spi.CompletionExceptions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** What waits for the database is done, whatever comes. */
class BlockingWorkTest {

    private final BlockingWork work = new BlockingWork();

    @Test
    void theCloseWaitsForWhatWasTaken() {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        CompletableFuture<String> done = work.run(() -> {
            begun.countDown();
            await(goOn);
            return "stored";
        });
        await(begun);
        CompletableFuture<Void> closed = CompletableFuture.runAsync(() -> work.close(Duration.ofMinutes(1)));
        assertThat(closed).isNotDone();
        goOn.countDown();
        closed.join();
        assertThat(done).isCompletedWithValue("stored");
    }

    @Test
    void whatTheLastChangesAskForAfterTheCloseIsDoneOnTheirThread() {
        work.close(Duration.ZERO);
        Thread here = Thread.currentThread();
        assertThat(work.run(Thread::currentThread)).isCompletedWithValue(here);
    }

    @Test
    void aRefusalIsItsFutures() {
        SQLException refusal = new SQLException("no");
        CompletableFuture<String> done = work.run(() -> {
            throw refusal;
        });
        assertThat(done.handle((value, failure) -> CompletionExceptions.unwrap(failure))
                        .join())
                .isSameAs(refusal);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
