/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.http;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * One bound over the bodies of all responses that are being received or wait for their decoding. A response that needs
 * more than is left waits, in the order of asking, and is not read meanwhile. One at a time, the one whose turn it is,
 * may take more than there is: so a response always goes on, and all come to their end.
 */
public final class ResponseMemory {

    private static final int PART_OF_THE_HEAP = 4;

    private final long limit;
    private final Deque<Share> waiting = new ArrayDeque<>();
    private long used;
    /** Who may take more than there is. */
    private Share first;

    /** {@code limit} in bytes; 0 is a quarter of the heap. */
    public ResponseMemory(long limit) {
        if (limit < 0) {
            throw new IllegalArgumentException("maxResponseMemory must not be negative; 0 is a quarter of the heap");
        }
        this.limit = limit == 0 ? Runtime.getRuntime().maxMemory() / PART_OF_THE_HEAP : limit;
    }

    /** Bytes taken and not given back. */
    synchronized long used() {
        return used;
    }

    /** Whether a response waits. */
    synchronized boolean isAwaited() {
        return !waiting.isEmpty();
    }

    /** Nothing is taken yet. */
    Share share() {
        return new Share();
    }

    /** What one response takes. Given back when all who hold it have released it. */
    final class Share {

        private long taken;
        private int holders = 1;
        private long wanted;
        private Runnable granted;

        /**
         * Takes more.
         *
         * @param then called later, on any thread and with no lock held, if it has to be waited for
         * @return whether it is taken now
         */
        boolean take(long bytes, Runnable then) {
            synchronized (ResponseMemory.this) {
                if (holders == 0 || mayTake(this, bytes, waiting.isEmpty())) {
                    add(bytes);
                    return true;
                }
                wanted = bytes;
                granted = then;
                waiting.add(this);
                return false;
            }
        }

        /** Counts what has been allocated already. */
        void count(long bytes) {
            synchronized (ResponseMemory.this) {
                add(bytes);
            }
        }

        private void add(long bytes) {
            if (holders > 0) {
                taken += bytes;
                used += bytes;
            }
        }

        /** One more holds it; false if it has been given back already. */
        boolean hold() {
            synchronized (ResponseMemory.this) {
                if (holders == 0) {
                    return false;
                }
                holders++;
                return true;
            }
        }

        /** One fewer holds it. */
        void release() {
            List<Runnable> next;
            synchronized (ResponseMemory.this) {
                if (holders == 0 || --holders > 0) {
                    return;
                }
                waiting.remove(this);
                used -= taken;
                if (first == this) {
                    first = null;
                }
                next = grantWaiting();
            }
            next.forEach(Runnable::run);
        }
    }

    private boolean mayTake(Share share, long bytes, boolean itsTurn) {
        if (first == share || (itsTurn && used + bytes <= limit)) {
            return true;
        }
        if (itsTurn && first == null) {
            first = share;
            return true;
        }
        return false;
    }

    private List<Runnable> grantWaiting() {
        List<Runnable> next = new ArrayList<>();
        while (!waiting.isEmpty() && mayTake(waiting.peek(), waiting.peek().wanted, true)) {
            Share share = waiting.poll();
            share.add(share.wanted);
            next.add(share.granted);
        }
        return next;
    }
}
