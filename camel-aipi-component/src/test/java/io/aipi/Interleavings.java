/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi;

import java.time.Duration;
import org.jetbrains.kotlinx.lincheck.LinChecker;
import org.jetbrains.kotlinx.lincheck.strategy.managed.ManagedStrategyGuaranteeKt;
import org.jetbrains.kotlinx.lincheck.strategy.managed.modelchecking.ModelCheckingOptions;
import org.jetbrains.kotlinx.lincheck.verifier.EpsilonVerifier;

/**
 * Two threads do things to one object, in orders that are explored one by one, switch by switch, by Lincheck: nothing may
 * hang, and what the object validates must hold afterwards. What the operations response is not compared with orders without
 * overlap: to do so, Lincheck would have to poll into records, which it cannot.
 *
 * <p>On demand, with {@code -Daipi.interleavings=on}: it takes minutes on a busy machine.
 */
public final class Interleavings {

    private static final int SCENARIOS = Integer.getInteger("aipi.interleavings.scenarios", 30);
    private static final int ORDERS = Integer.getInteger("aipi.interleavings.orders", 500);

    private static final String[] ATOMIC = {
        "java.time.Duration",
        "java.util.PriorityQueue",
        "java.util.ArrayDeque",
        "java.util.concurrent.ConcurrentLinkedQueue"
    };

    /** For one order; the first one of all instruments the classes, on a machine that may be busy. */
    private static final long LONGEST_MILLIS = Duration.ofMinutes(2).toMillis();

    private Interleavings() {}

    /** Fails with the operations and the order of their steps that breaks it. The class is public, with a public constructor. */
    public static void check(Class<?> operations) {
        LinChecker.check(
                operations,
                new ModelCheckingOptions()
                        .iterations(SCENARIOS)
                        .invocationsPerIteration(ORDERS)
                        .threads(2)
                        .actorsPerThread(2)
                        .actorsBefore(1)
                        .actorsAfter(1)
                        .verifier(EpsilonVerifier.class)
                        // Lincheck keeps it for itself, but ten seconds are short on a busy machine
                        .invocationTimeout$lincheck(LONGEST_MILLIS)
                        // what no two threads share, or is locked by itself: no switch of threads within
                        .addGuarantee(ManagedStrategyGuaranteeKt.forClasses(ATOMIC)
                                .allMethods()
                                .treatAsAtomic()));
        System.out.printf(
                "[interleavings] %s: %d scenarios, up to %d orders each%n",
                operations.getSimpleName(), SCENARIOS, ORDERS);
    }
}
