/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.store;

import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/** Counts what is asked of a database and of its repository. Many threads count at once. */
final class StoreMeter {

    private final LongAdder statements = new LongAdder();
    private final LongAdder roundTrips = new LongAdder();
    private final LongAdder transactions = new LongAdder();
    private final LongAdder claims = new LongAdder();
    private final LongAdder claimNanos = new LongAdder();
    private final LongAccumulator longestClaim = new LongAccumulator(Math::max, 0);

    /** So many statements in one round trip. */
    void executed(int count) {
        statements.add(count);
        roundTrips.increment();
    }

    void waited() {
        roundTrips.increment();
    }

    void committed() {
        transactions.increment();
    }

    void claimed(long nanos) {
        claims.increment();
        claimNanos.add(nanos);
        longestClaim.accumulate(nanos);
    }

    StoreCounts counts() {
        return new StoreCounts(
                statements.sum(),
                roundTrips.sum(),
                transactions.sum(),
                claims.sum(),
                claimNanos.sum(),
                longestClaim.get());
    }
}
