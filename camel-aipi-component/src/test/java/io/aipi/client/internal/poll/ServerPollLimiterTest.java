/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.poll;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.QueueFullException;
import io.aipi.client.spi.VirtualScheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Polls by the capacity of a server. */
@Tag("case-A18")
class ServerPollLimiterTest {

    private record Begun(String name, CompletableFuture<String> response, long at) {}

    private final VirtualScheduler scheduler = new VirtualScheduler();
    private long lastSlot = -1;
    private final List<Begun> begun = new ArrayList<>();

    private CompletableFuture<String> poll(ServerPollLimiter gate, String endpoint, String name) {
        return gate.admit(endpoint, () -> {
            Begun one = new Begun(name, new CompletableFuture<>(), scheduler.nanoTime());
            begun.add(one);
            return one.response();
        });
    }

    private void told(int which) {
        begun.get(which).response().completeExceptionally(new QueueFullException("wait", null, ErrorContext.of("m")));
    }

    @Test
    void noMoreAreUnderWayThanTheBoundAndTheOthersFollowInTheirOrder() {
        ServerPollLimiter gate =
                new ServerPollLimiter(2, scheduler); // a quarter of two is none: both places are for one endpoint
        for (int i = 0; i < 5; i++) {
            poll(gate, "m", "p" + i);
        }
        assertThat(begun).extracting(Begun::name).containsExactly("p0", "p1");

        begun.get(1).response().complete("done");
        begun.get(0).response().completeExceptionally(new IllegalStateException("broken"));

        assertThat(begun).extracting(Begun::name).containsExactly("p0", "p1", "p2", "p3");
        assertThat(gate.waiting()).isEqualTo(1);
    }

    @Test
    void theOutcomeIsThatOfThePollAndAPollThatThrowsFreesItsPlace() {
        ServerPollLimiter gate = new ServerPollLimiter(1, scheduler);
        CompletableFuture<String> thrown = gate.admit("m", () -> {
            throw new AssertionError("on purpose");
        });
        CompletableFuture<String> good = poll(gate, "m", "good");
        begun.get(0).response().complete("answer");

        assertThat(thrown).isCompletedExceptionally();
        assertThat(good).isCompletedWithValue("answer");
    }

    @Test
    void anEndpointWhosePollsAreNeverAnsweredLeavesPlacesToOthers() {
        ServerPollLimiter gate = new ServerPollLimiter(8, scheduler);
        poll(gate, "other", "o");
        for (int i = 0; i < 100; i++) {
            poll(gate, "frozen", "f" + i);
        }
        begun.get(0).response().complete("done");
        for (int i = 1; i < 50; i++) {
            poll(gate, "other", "o" + i);
            Begun last = begun.get(begun.size() - 1);
            assertThat(last.name()).isEqualTo("o" + i);
            last.response().complete("done");
        }
        assertThat(begun).filteredOn(one -> one.name().startsWith("f")).hasSizeLessThan(8);
    }

    @Test
    void whoIsToldToWaitIsPolledLessAndLess_andTheOthersAreNot() {
        ServerPollLimiter gate = new ServerPollLimiter(4, scheduler);
        for (int i = 0; i < 40; i++) {
            poll(gate, "limited", "l" + i);
        }
        poll(gate, "free", "f");
        for (int which = 0; which < 4; which++) {
            told(which);
        }
        assertThat(begun)
                .as("the other endpoint has its turn at once")
                .extracting(Begun::name)
                .contains("f");

        int before = begun.size();
        for (int i = 0; i < 20; i++) {
            scheduler.advanceToNext();
            begun.stream()
                    .filter(one -> !one.response().isDone())
                    .toList()
                    .forEach(one -> one.response()
                            .completeExceptionally(new QueueFullException("wait", null, ErrorContext.of("limited"))));
        }
        List<Begun> later = begun.subList(before, begun.size());
        List<Long> pauses = new ArrayList<>();
        for (int i = 1; i < later.size(); i++) {
            pauses.add(
                    Duration.ofNanos(later.get(i).at() - later.get(i - 1).at()).toMillis());
        }
        assertThat(pauses)
                .isSorted()
                .last()
                .satisfies(longest -> assertThat(longest).isBetween(500L, 1_000L));
    }

    @Test
    void underALimitOfTenASecondNearlyAllPollsAreServed() {
        ServerPollLimiter gate = new ServerPollLimiter(100, scheduler);
        long begin = scheduler.nanoTime();
        int[] counts = new int[2];
        for (int i = 0; i < 2_000; i++) {
            limited(gate, begin, counts);
        }
        scheduler.advance(Duration.ofSeconds(60));
        assertThat(counts[0]).as("served in a minute").isGreaterThan(400);
        assertThat(counts[1]).as("refused in a minute, the first 100 apart").isLessThan(100 + 150);
    }

    private void limited(ServerPollLimiter gate, long begin, int[] counts) {
        gate.admit("m", () -> {
            long slot = (scheduler.nanoTime() - begin) / Duration.ofMillis(100).toNanos();
            if (slot != lastSlot) {
                lastSlot = slot;
                counts[0]++;
                return CompletableFuture.completedFuture("ok");
            }
            counts[1]++;
            return CompletableFuture.<String>failedFuture(new QueueFullException("wait", null, ErrorContext.of("m")));
        });
    }
}
