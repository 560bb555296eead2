/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.http;

import io.aipi.simulator.job.Time;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * What is done to all requests and responses, whatever they say: some requests are refused because they are too many,
 * answers come late, or nothing happens at all. Safe for all threads.
 */
public final class Traffic {

    private static final long SECOND = 1_000_000_000L;

    private final Time time;
    private final Deque<Runnable> frozen = new ArrayDeque<>();
    private boolean freezing;
    private Duration delay = Duration.ZERO;
    private int perSecond;
    private Duration retryAfter;

    /** When the bucket is full again if nobody asks: each request moves it on by its share of a second. */
    private long fullNanos;

    /**
     * Nothing is refused, late or frozen yet.
     *
     * @param time the time
     */
    public Traffic(Time time) {
        this.time = time;
    }

    /**
     * Answers requests with 429 that are more than so many a second. A second's worth of them can come at once.
     *
     * @param requests how many a second; 0 for no limit
     * @param after what {@code Retry-After} says, in whole seconds; null for no such header
     */
    public synchronized void limit(int requests, Duration after) {
        perSecond = requests;
        retryAfter = after;
        fullNanos = time.nanoTime();
    }

    /**
     * Delays all responses from now on.
     *
     * @param howLong for how long each; zero for not at all
     */
    public synchronized void delay(Duration howLong) {
        delay = howLong;
    }

    /** From now on connections and requests are accepted, and nothing else happens. */
    public synchronized void freeze() {
        freezing = true;
    }

    /** Goes on where {@link #freeze()} has stopped, with the requests of meanwhile first. */
    public void thaw() {
        while (true) {
            Runnable next;
            synchronized (this) {
                next = frozen.poll();
                if (next == null) {
                    freezing = false;
                    return;
                }
            }
            next.run();
        }
    }

    /** Forgets what waits for the end of a freeze: those who asked are gone. */
    public synchronized void forgetFrozen() {
        frozen.clear();
    }

    /**
     * Lets everything pass from now on, and forgets what waits for the end of a freeze.
     *
     * @return whether there was a freeze, whose requests get no answer
     */
    public synchronized boolean reset() {
        boolean frozenUntilNow = freezing;
        frozen.clear();
        freezing = false;
        delay = Duration.ZERO;
        perSecond = 0;
        return frozenUntilNow;
    }

    /**
     * Asks whether a request is one too many.
     *
     * @return the refusal, if it is
     */
    synchronized Optional<Refusal> refusal() {
        if (perSecond == 0) {
            return Optional.empty();
        }
        long now = time.nanoTime();
        long next = Math.max(fullNanos, now) + SECOND / perSecond;
        if (next - now > SECOND) {
            return Optional.of(new Refusal(Optional.ofNullable(retryAfter)));
        }
        fullNanos = next;
        return Optional.empty();
    }

    /**
     * What a request is told that is one too many.
     *
     * @param retryAfter how long to wait, if that is said
     */
    record Refusal(Optional<Duration> retryAfter) {}

    /** Runs this now, or after the end of a freeze. */
    void whenNotFrozen(Runnable action) {
        synchronized (this) {
            if (freezing) {
                frozen.add(action);
                return;
            }
        }
        action.run();
    }

    /** Runs this when a response is to go out. */
    void whenDue(Runnable action) {
        Duration wait;
        synchronized (this) {
            wait = delay;
        }
        if (wait.isZero()) {
            whenNotFrozen(action);
        } else {
            time.after(wait, () -> whenNotFrozen(action));
        }
    }
}
