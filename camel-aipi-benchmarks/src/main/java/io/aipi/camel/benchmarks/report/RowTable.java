/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.report;

import java.util.List;

/** The rows of a run as a table for people. */
public final class RowTable {

    private static final double KILO = 1000;

    private RowTable() {}

    /**
     * The table, and what else there is to say of its rows.
     *
     * @param rows the rows
     * @return several lines
     */
    public static String of(List<Row> rows) {
        Table table = new Table(
                2,
                "case",
                "client",
                "jobs",
                "failed",
                "jobs/s",
                "CPU ms/job",
                "kB alloc/job",
                "kB heap/job",
                "threads",
                "conns",
                "polls/job",
                "p50 ms",
                "p95 ms",
                "p99 ms",
                "client cores",
                "server cores");
        StringBuilder notes = new StringBuilder();
        for (Row row : rows) {
            table.add(cells(row));
            row.notes()
                    .forEach(note -> notes.append(row.load() + " " + row.client() + ": ")
                            .append(note)
                            .append('\n'));
        }
        return table.toString() + StoreTable.of(rows) + notes;
    }

    private static List<String> cells(Row row) {
        return List.of(
                row.load(),
                row.client(),
                Integer.toString(row.jobs()),
                Integer.toString(row.failed()),
                Table.number(row.jobsPerSecond(), 1),
                Table.number(row.cpuMillis(), 3),
                Table.number(row.allocatedBytes() / KILO, 1),
                Table.number(row.heapBytes() / KILO, 1),
                Integer.toString(row.threads()),
                Integer.toString(row.connections()),
                Table.number(row.polls(), 2),
                Table.number(row.delay().p50(), 1),
                Table.number(row.delay().p95(), 1),
                Table.number(row.delay().p99(), 1),
                Table.number(row.clientCores(), 2),
                Table.number(row.serverCores(), 2));
    }
}
