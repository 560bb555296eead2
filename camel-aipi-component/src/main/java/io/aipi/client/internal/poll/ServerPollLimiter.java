/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.poll;

import io.aipi.client.error.QueueFullException;
import io.aipi.client.spi.CompletionExceptions;
import io.aipi.client.spi.Scheduler;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Admits polls to one server by its capacity. More wait here, without a thread and without a connection, and their time
 * does not run meanwhile.
 *
 * <p>Two bounds: no more polls are under way than the server has connections; and the polls of a model endpoint that is
 * told to wait (HTTP 429) are spaced, by a pause that doubles each time and shrinks with each poll that succeeds.
 *
 * <p>Invariants: the endpoints of a server are served round robin, and none has more than three quarters of the places, so that one
 * that is slow or told to wait does not keep the others waiting; the polls of one endpoint are begun in the order in which they
 * came; polls are begun outside of the lock.
 */
public final class ServerPollLimiter {

    private static final Duration FIRST_PAUSE = Duration.ofMillis(10);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    /** What a success leaves of the pause. */
    private static final double RECOVERY = 0.95;

    /** Below this there is no pause: a scheduler is not more exact. */
    private static final Duration NO_PAUSE = Duration.ofMillis(1);

    private static final Duration PAUSE_MEMORY = Duration.ofSeconds(10);
    private static final int MANY_LANES = 64;

    private record Waiting<T>(Supplier<CompletableFuture<T>> poll, CompletableFuture<T> response) {}

    /** The polls of one model endpoint. */
    private static final class Lane {
        private final String endpoint;
        private final Queue<Waiting<?>> waiting = new ArrayDeque<>();
        private int underWay;
        private long pause;
        /** When the next poll may begin. */
        private long next;
        /** Counts the pauses: a response to a poll that was begun before the last one says nothing new. */
        private int pauses;

        Lane(String endpoint) {
            this.endpoint = endpoint;
        }

        /** A pause outlives its polls for a while: the next ones would be told to wait as well. */
        boolean isForgettable(long now) {
            return waiting.isEmpty() && underWay == 0 && (pause == 0 || now - next > PAUSE_MEMORY.toNanos());
        }
    }

    private record Admitted(Lane lane, int pauses, Waiting<?> waiting) {}

    private final int bound;
    private final Scheduler scheduler;
    /** In the order in which they are served. */
    private final Map<String, Lane> lanes = new LinkedHashMap<>();

    private int underWay;
    private boolean admitting;
    /** Whether the scheduler will admit what waits for the end of a pause. */
    private boolean scheduled;

    /** {@code bound}: polls under way at once, at most. */
    public ServerPollLimiter(int bound, Scheduler scheduler) {
        this.bound = bound;
        this.scheduler = scheduler;
    }

    /** Begins the poll when there is a place for it; the future has what it brings. */
    public <T> CompletableFuture<T> admit(String endpoint, Supplier<CompletableFuture<T>> poll) {
        Waiting<T> waiting = new Waiting<>(poll, new CompletableFuture<>());
        synchronized (this) {
            lanes.computeIfAbsent(endpoint, Lane::new).waiting.add(waiting);
        }
        admit();
        return waiting.response();
    }

    /** Polls that wait. */
    synchronized int waiting() {
        return lanes.values().stream().mapToInt(lane -> lane.waiting.size()).sum();
    }

    private void admit() {
        while (true) {
            Admitted admitted;
            synchronized (this) {
                // whoever admits already will see this one, too
                if (admitting) {
                    return;
                }
                admitted = next();
                if (admitted == null) {
                    return;
                }
                admitting = true;
            }
            try {
                begin(admitted, admitted.waiting());
            } finally {
                synchronized (this) {
                    admitting = false;
                }
            }
        }
    }

    private Admitted next() {
        if (underWay >= bound) {
            return null;
        }
        long now = scheduler.nanoTime();
        long soonest = Long.MAX_VALUE;
        int share = Math.max(1, bound - bound / 4);
        for (Lane lane : lanes.values()) {
            if (lane.waiting.isEmpty() || lane.underWay >= share) {
                continue;
            }
            if (lane.pause > 0 && lane.next - now > 0) {
                soonest = Math.min(soonest, lane.next - now);
                continue;
            }
            lane.next = now + lane.pause;
            lane.underWay++;
            underWay++;
            Admitted admitted = new Admitted(lane, lane.pauses, lane.waiting.remove());
            // to the end of the round
            lanes.remove(lane.endpoint);
            lanes.put(lane.endpoint, lane);
            return admitted;
        }
        if (soonest < Long.MAX_VALUE && !scheduled) {
            scheduled = true;
            scheduler.schedule(this::pauseIsOver, Duration.ofNanos(soonest));
        }
        return null;
    }

    private void pauseIsOver() {
        synchronized (this) {
            scheduled = false;
        }
        admit();
    }

    private <T> void begin(Admitted admitted, Waiting<T> waiting) {
        CompletableFuture<T> poll;
        try {
            poll = waiting.poll().get();
        } catch (Throwable e) {
            poll = CompletableFuture.failedFuture(e);
        }
        poll.whenComplete((response, failure) -> {
            ended(admitted, CompletionExceptions.unwrap(failure));
            if (failure == null) {
                waiting.response().complete(response);
            } else {
                waiting.response().completeExceptionally(failure);
            }
            admit();
        });
    }

    private synchronized void ended(Admitted admitted, Throwable failure) {
        Lane lane = admitted.lane();
        underWay--;
        lane.underWay--;
        if (failure instanceof QueueFullException) {
            if (lane.pauses == admitted.pauses()) {
                lane.pauses++;
                lane.pause = Math.min(LONGEST_PAUSE.toNanos(), Math.max(FIRST_PAUSE.toNanos(), lane.pause * 2));
                lane.next = scheduler.nanoTime() + lane.pause;
            }
        } else if (failure == null && lane.pause > 0) {
            lane.pause = (long) (lane.pause * RECOVERY);
            if (lane.pause < NO_PAUSE.toNanos()) {
                lane.pause = 0;
            }
        }
        if (lanes.size() > MANY_LANES) {
            long now = scheduler.nanoTime();
            lanes.values().removeIf(other -> other.isForgettable(now));
        } else if (lane.isForgettable(scheduler.nanoTime())) {
            lanes.remove(lane.endpoint);
        }
    }
}
