/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.detached;

import io.aipi.Interleavings;
import io.aipi.camel.internal.AsyncSemaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.kotlinx.lincheck.annotations.Operation;
import org.jetbrains.kotlinx.lincheck.annotations.Validate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledForJreRange;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.JRE;

/** What exchanges that come and go do to the semaphore that bound them, in every order. */
@EnabledIfSystemProperty(named = "aipi.interleavings", matches = "on")
@Timeout(value = 30, unit = TimeUnit.MINUTES)
@DisabledForJreRange(min = JRE.JAVA_22, disabledReason = "Lincheck does not know its classes")
class DetachedInterleavingsTest {

    @Test
    void nobodyIsLeftWaitingWhileATurnIsFree_andNoMoreBeginThanAreAllowed() {
        Interleavings.check(Coming.class);
    }

    /** One turn at a time. */
    public static final class Coming {

        private final AtomicInteger come = new AtomicInteger();
        private final AtomicInteger begun = new AtomicInteger();
        private final AtomicInteger gone = new AtomicInteger();
        private final AsyncSemaphore<String> semaphore = new AsyncSemaphore<>(() -> 1, one -> begun.incrementAndGet());

        @Operation
        public void comes() {
            come.incrementAndGet();
            semaphore.enqueue("one");
            semaphore.dispatchNext();
        }

        @Operation(runOnce = true)
        public boolean goes() {
            if (begun.get() == 0) {
                return false;
            }
            gone.incrementAndGet();
            semaphore.release();
            return true;
        }

        @Validate
        public void aTurnIsFreeOnlyIfNobodyWaits() {
            int expected = Math.min(come.get(), gone.get() + 1);
            if (begun.get() != expected || semaphore.waiting() != come.get() - expected) {
                throw new AssertionError(
                        come + " came, " + begun + " began, " + gone + " went, " + semaphore.waiting() + " wait");
            }
        }
    }
}
