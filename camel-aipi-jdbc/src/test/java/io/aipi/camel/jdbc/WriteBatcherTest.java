/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WriteBatcherTest {

    private static final String BAD = "bad";

    private final ExecutorService callers = Executors.newCachedThreadPool();
    /** What was executed together. */
    private final List<List<String>> batches = Collections.synchronizedList(new ArrayList<>());
    /** The two writers are busy with the first two changes until this. */
    private final CountDownLatch busy = new CountDownLatch(1);

    private final CountDownLatch taken = new CountDownLatch(WriteBatcher.WRITERS);
    private volatile SQLException failure = new SQLException("refused", "22001");
    private final WriteBatcher batcher = new WriteBatcher(this::execute, new BlockingWork());

    private List<Boolean> execute(List<Write> writes) throws SQLException {
        List<String> keys = writes.stream().map(Write::key).toList();
        batches.add(keys);
        if (keys.get(0).startsWith("blocker")) {
            taken.countDown();
            await(busy);
        }
        if (keys.contains(BAD)) {
            throw failure;
        }
        return keys.stream().map(key -> !key.startsWith("nothing")).toList();
    }

    @AfterEach
    void end() {
        busy.countDown();
        batcher.close(Duration.ofSeconds(10));
        callers.shutdownNow();
    }

    @Test
    void aChangeTellsWhetherThereWasSomethingToChange() throws SQLException {
        assertThat(batcher.write(write("something"))).isTrue();
        assertThat(batcher.write(write("nothing"))).isFalse();
        assertThat(batches).containsExactly(List.of("something"), List.of("nothing"));
    }

    @Test
    void whatComesWhileTheDatabaseIsBusyIsMadeTogether() throws Exception {
        keepBusy();
        List<Future<Boolean>> changes = writeAll("a", "nothing", "c");
        busy.countDown();
        assertThat(changes.get(0).get()).isTrue();
        assertThat(changes.get(1).get()).isFalse();
        assertThat(changes.get(2).get()).isTrue();
        assertThat(batches).hasSize(WriteBatcher.WRITERS + 1);
        assertThat(batches.get(WriteBatcher.WRITERS)).containsExactlyInAnyOrder("a", "nothing", "c");
    }

    @Test
    void oneThatIsRefusedIsNotInTheWayOfTheOthers() throws Exception {
        keepBusy();
        List<Future<Boolean>> changes = writeAll("a", BAD, "c");
        busy.countDown();
        assertThat(changes.get(0).get()).isTrue();
        assertThatThrownBy(() -> changes.get(1).get()).hasRootCause(failure);
        assertThat(changes.get(2).get()).isTrue();
        assertThat(batches).contains(List.of("a"), List.of(BAD), List.of("c"));
    }

    @Test
    void whereTheDatabaseIsAwayAllFailAtOnce() throws Exception {
        failure = new SQLException("away", "08006");
        keepBusy();
        List<Future<Boolean>> changes = writeAll("a", BAD, "c");
        busy.countDown();
        for (Future<Boolean> change : changes) {
            assertThatThrownBy(change::get).hasRootCause(failure);
        }
        assertThat(batches).hasSize(WriteBatcher.WRITERS + 1);
    }

    @Test
    void aLargeChangeDoesNotWaitForOthers() throws Exception {
        keepBusy();
        assertThat(batcher.write(
                        new Write(Write.Kind.COMPLETE, "large", parameters -> {}, List.of(), JobParts.CHUNK + 1)))
                .isTrue();
        assertThat(batches).contains(List.of("large"));
    }

    @Test
    void noMoreThanTwoHundredAreMadeTogether() throws Exception {
        keepBusy();
        // in whatever order
        List<Future<Boolean>> changes = IntStream.range(0, 450)
                .mapToObj(i -> callers.submit(() -> batcher.write(write("key" + i))))
                .toList();
        awaitWaiting(450);
        busy.countDown();
        for (Future<Boolean> change : changes) {
            assertThat(change.get()).isTrue();
        }
        assertThat(batches).allSatisfy(batch -> assertThat(batch).hasSizeLessThanOrEqualTo(200));
        assertThat(batches).hasSize(WriteBatcher.WRITERS + 3);
    }

    @Test
    void aStopWaitsForWhatWasTaken() throws Exception {
        keepBusy();
        List<Future<Boolean>> changes = writeAll("a");
        Future<?> stop = callers.submit(() -> batcher.close(Duration.ofSeconds(10)));
        busy.countDown();
        stop.get(10, TimeUnit.SECONDS);
        assertThat(changes.get(0).get()).isTrue();
        assertThatThrownBy(() -> batcher.write(write("late"))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void whatIsNotMadeInTimeFailsAtTheStop() throws Exception {
        keepBusy();
        List<Future<Boolean>> changes = writeAll("a");
        batcher.close(Duration.ofMillis(1));
        assertThatThrownBy(() -> changes.get(0).get(10, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasStackTraceContaining("was stopped");
    }

    @Test
    void anInterruptedCallerGoesOnInterrupted() throws Exception {
        keepBusy();
        CompletableFuture<Boolean> isInterrupted = new CompletableFuture<>();
        Thread caller = new Thread(() -> {
            assertThatThrownBy(() -> batcher.write(write("a"))).isInstanceOf(IllegalStateException.class);
            isInterrupted.complete(Thread.currentThread().isInterrupted());
        });
        caller.start();
        caller.interrupt();
        assertThat(isInterrupted.get(10, TimeUnit.SECONDS)).isTrue();
    }

    private void keepBusy() {
        for (int i = 1; i < WriteBatcher.WRITERS; i++) {
            String key = "blocker" + i;
            callers.submit(() -> batcher.write(write(key)));
            awaitBatches(i);
        }
        callers.submit(() -> batcher.write(write("blocker" + WriteBatcher.WRITERS)));
        await(taken);
    }

    /** One after the other into the queue, none of which is executed yet. */
    private List<Future<Boolean>> writeAll(String... keys) {
        List<Future<Boolean>> changes = new ArrayList<>();
        for (String key : keys) {
            int waiting = batcher.waiting() + 1;
            changes.add(callers.submit(() -> batcher.write(write(key))));
            awaitWaiting(waiting);
        }
        return changes;
    }

    private void awaitWaiting(int count) {
        while (batcher.waiting() < count) {
            Thread.onSpinWait();
        }
    }

    private void awaitBatches(int count) {
        while (batches.size() < count) {
            Thread.onSpinWait();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Write write(String key) {
        return new Write(Write.Kind.DELIVER, key, parameters -> {});
    }
}
