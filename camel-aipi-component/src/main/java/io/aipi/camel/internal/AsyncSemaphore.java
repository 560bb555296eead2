/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.IntSupplier;

/**
 * Lets no more than so many begin at once; the others wait their turn, first come first served, without a thread.
 *
 * <p>Invariant: while something waits, as many have their turn as the bound allows. A turn is begun outside
 * of the lock, in a loop and not by recursion, however many wait.
 *
 * @param <T> what takes a turn
 */
public final class AsyncSemaphore<T> {

    private final IntSupplier bound;
    private final Consumer<T> begin;
    private final Queue<T> waiting = new ArrayDeque<>();
    private int taken;
    private boolean dispatching;

    /** The bound may change from call to call; {@code begin} must not throw, and {@link #release} must follow each. */
    public AsyncSemaphore(IntSupplier bound, Consumer<T> begin) {
        this.bound = bound;
        this.begin = begin;
    }

    /** Waits from here on; {@link #dispatchNext} begins it. Apart, for those who add under a lock of their own. */
    public synchronized void enqueue(T one) {
        waiting.add(one);
    }

    /** How many wait. */
    public synchronized int waiting() {
        return waiting.size();
    }

    /** Takes out all that wait. */
    public synchronized Queue<T> drain() {
        Queue<T> left = new ArrayDeque<>(waiting);
        waiting.clear();
        return left;
    }

    /** One that was begun has ended. */
    public void release() {
        synchronized (this) {
            taken--;
        }
        dispatchNext();
    }

    /** Begins what has its turn. */
    public void dispatchNext() {
        while (true) {
            T next;
            synchronized (this) {
                // whoever is dispatching already will see this turn, too
                if (dispatching || taken >= bound.getAsInt() || waiting.isEmpty()) {
                    return;
                }
                dispatching = true;
                taken++;
                next = waiting.remove();
            }
            try {
                begin.accept(next);
            } finally {
                synchronized (this) {
                    dispatching = false;
                }
            }
        }
    }
}
