/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.report;

/**
 * What a client with detached jobs needed of its database. Figures per job are means over all measured jobs; NaN is not known.
 *
 * @param statements statements a job
 * @param roundTrips how often somebody waited for the database, per job
 * @param transactions committed transactions a job
 * @param databaseCpuMillis processor time of the database's processes per job
 * @param claims how often jobs were claimed
 * @param claimMillis the mean time of a claim
 * @param longestClaimMillis the time of the longest claim
 * @param firstRoutedMillis with a backlog: from the start of the application to its first outcome
 * @param mostTracked with a backlog: the most jobs that the consumer had at once
 * @param heapBytes with a backlog: what lived on the heap when the consumer had as many jobs as it may
 */
public record StoreFigures(
        double statements,
        double roundTrips,
        double transactions,
        double databaseCpuMillis,
        long claims,
        double claimMillis,
        double longestClaimMillis,
        double firstRoutedMillis,
        double mostTracked,
        double heapBytes) {}
