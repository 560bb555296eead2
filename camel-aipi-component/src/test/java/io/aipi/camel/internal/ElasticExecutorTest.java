/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aipi.testsupport.LogCapture;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Threads for exchanges whose routes may block. */
@SuppressWarnings("ErroneousThreadPoolConstructorChecker")
@Tag("case-A1")
class ElasticExecutorTest {

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private ThreadPoolExecutor pool;

    private ElasticExecutor executor(int size, int maxSize) {
        pool = new ThreadPoolExecutor(size, maxSize, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
        pool.allowCoreThreadTimeOut(true);
        return new ElasticExecutor(
                pool,
                size,
                maxSize,
                (task, delay) -> timer.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS),
                System::nanoTime);
    }

    @AfterEach
    void end() {
        timer.shutdownNow();
        pool.shutdownNow();
    }

    @Test
    void tasksThatBlockDoNotKeepOthersFromRunning_toAnyDepth() throws Exception {
        ElasticExecutor executor = executor(4, 1_000);
        CountDownLatch ended = new CountDownLatch(200);
        for (int i = 0; i < 200; i++) {
            executor.execute(() -> nested(executor, 3, ended), () -> "nested");
        }
        assertThat(ended.await(30, TimeUnit.SECONDS)).isTrue();
    }

    private static void nested(ElasticExecutor executor, int depth, CountDownLatch ended) {
        if (depth > 0) {
            CountDownLatch inner = new CountDownLatch(1);
            executor.execute(() -> nested(executor, depth - 1, inner), () -> "nested");
            try {
                inner.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
        ended.countDown();
    }

    @Test
    void behindTwoHundredTasksThatBlockAPlainOneBeginsWithinAHundredMilliseconds_byTheClockOfTheChecks() {
        Queue<Runnable> checks = new ConcurrentLinkedQueue<>();
        pool = new ThreadPoolExecutor(4, 1_000, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
        ElasticExecutor executor =
                new ElasticExecutor(pool, 4, 1_000, (task, delay) -> checks.add(task), System::nanoTime);
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger blocked = new AtomicInteger();
        AtomicBoolean plain = new AtomicBoolean();
        for (int i = 0; i < 200; i++) {
            executor.execute(
                    () -> {
                        blocked.incrementAndGet();
                        awaitQuietly(release);
                    },
                    () -> "blocked");
        }
        executor.execute(() -> plain.set(true), () -> "plain");
        int made = 0;
        while (!plain.get()) {
            // what a thread needs to begin and to block is not the executor's time
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> plain.get() || (blocked.get() >= Math.min(200, pool.getPoolSize()) && allStand()));
            Runnable check = checks.poll();
            if (check != null) {
                check.run();
                made++;
            }
        }
        release.countDown();
        assertThat(ElasticExecutor.CHECK_INTERVAL.multipliedBy(made)).isLessThan(Duration.ofMillis(100));
    }

    private static boolean allStand() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("pool-"))
                .noneMatch(thread -> thread.getState() == Thread.State.RUNNABLE);
    }

    @Test
    void whileNoTaskBlocksThereAreHardlyMoreThreadsThanItsSize() throws Exception {
        ElasticExecutor executor = executor(4, 1_000);
        CountDownLatch ended = new CountDownLatch(20_000);
        AtomicInteger sum = new AtomicInteger();
        for (int i = 0; i < 20_000; i++) {
            executor.execute(
                    () -> {
                        long until = System.nanoTime() + 20_000;
                        while (System.nanoTime() < until) {
                            sum.incrementAndGet();
                        }
                        ended.countDown();
                    },
                    () -> "busy");
        }
        assertThat(ended.await(30, TimeUnit.SECONDS)).isTrue();
        // a thread that the machine does not run for a while looks like a blocked one
        assertThat(pool.getLargestPoolSize()).isLessThanOrEqualTo(8);
    }

    @Test
    void threadsThatWereNeededForBlockedTasksEndAfterwards() throws Exception {
        ElasticExecutor executor = executor(2, 100);
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger begun = new AtomicInteger();
        for (int i = 0; i < 50; i++) {
            executor.execute(
                    () -> {
                        begun.incrementAndGet();
                        awaitQuietly(release);
                    },
                    () -> "blocked");
        }
        await().atMost(Duration.ofSeconds(10)).until(() -> begun.get() == 50);
        assertThat(pool.getPoolSize()).isBetween(50, 60);
        release.countDown();
        await().atMost(Duration.ofSeconds(10)).until(() -> pool.getPoolSize() == 0);
    }

    @Test
    void atTheBoundTasksWaitAndAWarningNamesWhoHoldsTheThreads() throws Exception {
        ElasticExecutor executor = executor(2, 8);
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(20);
        try (LogCapture log = LogCapture.of(ElasticExecutor.class)) {
            for (int i = 0; i < 20; i++) {
                String route = i < 7 ? "route slow" : "route other";
                executor.execute(
                        () -> {
                            awaitQuietly(release);
                            ended.countDown();
                        },
                        () -> route);
            }
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(log.messages(Level.WARN))
                            .anySatisfy(message -> assertThat(message)
                                    .contains("maxWorkerPoolSize", "route slow holds 7", "12 exchanges wait")));
        }
        assertThat(pool.getPoolSize()).isEqualTo(8);
        release.countDown();
        assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void theEndLetsAllTasksRunAlthoughTheFirstOnesBlock() throws Exception {
        ElasticExecutor executor = executor(1, 3);
        AtomicInteger ran = new AtomicInteger();
        for (int i = 0; i < 10; i++) {
            executor.execute(
                    () -> {
                        if (ran.incrementAndGet() <= 3) {
                            LockSupport.parkNanos(Duration.ofSeconds(30).toNanos());
                        }
                    },
                    () -> "stubborn");
        }
        timer.shutdownNow();
        executor.close(Duration.ofMillis(300));
        await().atMost(Duration.ofSeconds(10)).until(() -> ran.get() == 10);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void whereTheSystemGivesNoFurtherThreadsThoseThatThereAreDoAll() throws Exception {
        AtomicInteger threads = new AtomicInteger();
        ThreadFactory few = task -> {
            if (threads.incrementAndGet() > 6) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            return new Thread(task, "few");
        };
        // none ends meanwhile: another one could not be made
        pool = new ThreadPoolExecutor(4, 1_000, 1, TimeUnit.HOURS, new LinkedBlockingQueue<>(), few);
        ElasticExecutor executor = new ElasticExecutor(
                pool,
                4,
                1_000,
                (task, delay) -> timer.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS),
                System::nanoTime);
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(400);
        for (int i = 0; i < 200; i++) {
            executor.execute(
                    () -> {
                        awaitQuietly(release);
                        ended.countDown();
                    },
                    () -> "blocked");
        }
        await().atMost(Duration.ofSeconds(30)).until(() -> threads.get() > 6);
        release.countDown();
        for (int i = 0; i < 200; i++) {
            executor.execute(ended::countDown, () -> "plain");
        }
        assertThat(ended.await(30, TimeUnit.SECONDS)).isTrue();
    }
}
