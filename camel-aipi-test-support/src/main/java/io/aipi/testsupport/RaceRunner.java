/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.testsupport;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Two things that two threads do to the same object at the same moment, again and again, each time to a new one. Both go
 * through a row of objects and wait at each for the other, but not for long: it may have no processor at the moment. What is
 * printed says how often both were at it at once, which is what counts. How long: the system property {@code
 * aipi.race.millis}.
 */
public final class RaceRunner implements AutoCloseable {

    private static final long LONGEST = TimeUnit.MILLISECONDS.toNanos(Long.getLong("aipi.race.millis", 700));
    private static final int ROW = 256;

    private final String name;
    private final CyclicBarrier barrier = new CyclicBarrier(2);
    private final Thread other;
    private volatile Runnable row;
    private volatile Throwable failure;

    /** {@code name} is for the line that is printed. */
    public RaceRunner(String name) {
        this.name = name;
        this.other = new Thread(this::second, "race");
        this.other.setDaemon(true);
        this.other.start();
    }

    private void second() {
        try {
            while (true) {
                barrier.await();
                try {
                    row.run();
                } catch (RuntimeException | Error e) {
                    failure = e;
                }
                barrier.await();
            }
        } catch (InterruptedException | BrokenBarrierException e) {
            // the race is over
        }
    }

    /** Lets {@code one} and {@code another} meet on what {@code maker} makes, and has what is left checked afterwards. */
    public <T> void run(Supplier<T> maker, Consumer<T> one, Consumer<T> another, Consumer<T> check)
            throws InterruptedException, BrokenBarrierException, TimeoutException {
        long begin = System.nanoTime();
        long rounds = 0;
        long together = 0;
        while (System.nanoTime() - begin < LONGEST) {
            together += meet(new Row<>(maker), one, another, check);
            rounds += ROW;
        }
        double seconds = (System.nanoTime() - begin) / (double) TimeUnit.SECONDS.toNanos(1);
        System.out.printf(
                "RaceRunner of %s: %,d objects, %,.0f a second, on %,d both were at it at once%n",
                name, rounds, rounds / seconds, together);
    }

    private <T> int meet(Row<T> objects, Consumer<T> one, Consumer<T> another, Consumer<T> check)
            throws InterruptedException, BrokenBarrierException, TimeoutException {
        row = () -> objects.goThrough(another, 1);
        barrier.await(60, TimeUnit.SECONDS);
        objects.goThrough(one, 0);
        barrier.await(60, TimeUnit.SECONDS);
        if (failure != null) {
            throw new AssertionError("the other thread has failed", failure);
        }
        for (T object : objects.objects) {
            check.accept(object);
        }
        return objects.together();
    }

    private static final class Row<T> {

        private static final int BEGUN = 1;
        private static final int ENDED = 2;
        private static final int AT_BEGIN = 20_000;
        private static final int BETWEEN = 300;

        private final List<T> objects = new ArrayList<>(ROW);
        private final List<AtomicIntegerArray> states =
                List.of(new AtomicIntegerArray(ROW), new AtomicIntegerArray(ROW));
        private final List<AtomicInteger> positions = List.of(new AtomicInteger(), new AtomicInteger());
        private final AtomicIntegerArray met = new AtomicIntegerArray(ROW);

        Row(Supplier<T> maker) {
            for (int i = 0; i < ROW; i++) {
                objects.add(maker.get());
            }
        }

        void goThrough(Consumer<T> what, int side) {
            AtomicIntegerArray mine = states.get(side);
            AtomicIntegerArray others = states.get(1 - side);
            AtomicInteger present = positions.get(side);
            AtomicInteger other = positions.get(1 - side);
            for (int i = 0; i < ROW; i++) {
                present.set(i + 1);
                for (int spins = i == 0 ? AT_BEGIN : BETWEEN; spins > 0 && other.get() <= i; spins--) {
                    Thread.onSpinWait();
                }
                boolean isFirst = others.get(i) != ENDED;
                mine.lazySet(i, BEGUN);
                what.accept(objects.get(i));
                if (isFirst && others.get(i) != 0) {
                    met.set(i, 1);
                }
                mine.lazySet(i, ENDED);
            }
        }

        int together() {
            int together = 0;
            for (int i = 0; i < ROW; i++) {
                together += met.get(i);
            }
            return together;
        }
    }

    @Override
    public void close() {
        other.interrupt();
    }
}
