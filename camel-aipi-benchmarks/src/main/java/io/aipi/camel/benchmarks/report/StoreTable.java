/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.report;

import java.util.List;

/** What the rows say of databases, as a table for people. */
final class StoreTable {

    private static final double MEGA = 1e6;

    private StoreTable() {}

    /** Nothing if no row has anything to do with one. */
    static String of(List<Row> rows) {
        Table table = new Table(
                2,
                "case",
                "client",
                "statements/job",
                "round trips/job",
                "transactions/job",
                "database CPU ms/job",
                "claims",
                "claim ms",
                "longest claim ms",
                "first routed ms",
                "most jobs",
                "MB live heap");
        List<Row> stored = rows.stream().filter(row -> row.store() != null).toList();
        stored.forEach(row -> table.add(cells(row, row.store())));
        return stored.isEmpty() ? "" : "\n" + table;
    }

    private static List<String> cells(Row row, StoreFigures store) {
        return List.of(
                row.load(),
                row.client(),
                Table.number(store.statements(), 2),
                Table.number(store.roundTrips(), 2),
                Table.number(store.transactions(), 2),
                Table.number(store.databaseCpuMillis(), 3),
                Long.toString(store.claims()),
                Table.number(store.claimMillis(), 1),
                Table.number(store.longestClaimMillis(), 1),
                Table.number(store.firstRoutedMillis(), 0),
                Table.number(store.mostTracked(), 0),
                Table.number(store.heapBytes() / MEGA, 1));
    }
}
