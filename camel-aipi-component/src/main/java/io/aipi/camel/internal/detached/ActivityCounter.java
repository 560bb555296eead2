/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.detached;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Counts what is under way, and lets a stop wait until nothing is. A Phaser would do, but for its limit of 65,535 parties. */
final class ActivityCounter {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition quiescent = lock.newCondition();
    private int count;

    /** One more is under way. */
    void increment() {
        lock.lock();
        try {
            count++;
        } finally {
            lock.unlock();
        }
    }

    /** One less is. */
    void decrement() {
        lock.lock();
        try {
            if (--count == 0) {
                quiescent.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until nothing is under way.
     *
     * @return false if the time is over before
     */
    boolean awaitQuiescence(Duration timeout) throws InterruptedException {
        lock.lock();
        try {
            long left = timeout.toNanos();
            while (count > 0 && left > 0) {
                left = quiescent.awaitNanos(left);
            }
            return count == 0;
        } finally {
            lock.unlock();
        }
    }
}
