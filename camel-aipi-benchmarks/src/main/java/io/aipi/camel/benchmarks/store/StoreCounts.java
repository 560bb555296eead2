/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.store;

/**
 * What was asked of a database and of the repository that uses it.
 *
 * @param statements statements that were executed, each of a batch counted; commits are none
 * @param roundTrips how often somebody waited for the database: for a statement, for a batch, for a commit
 * @param transactions transactions that did something and were committed, a statement in none of them being one of its own
 * @param claims how often jobs were claimed
 * @param claimNanos the time that all claims took
 * @param longestClaimNanos the time that the longest of them took
 */
public record StoreCounts(
        long statements, long roundTrips, long transactions, long claims, long claimNanos, long longestClaimNanos) {

    /**
     * What has come since.
     *
     * @param before earlier counts
     * @return the differences; claims, of which there are few, are those of all times
     */
    public StoreCounts since(StoreCounts before) {
        return new StoreCounts(
                statements - before.statements,
                roundTrips - before.roundTrips,
                transactions - before.transactions,
                claims,
                claimNanos,
                longestClaimNanos);
    }
}
