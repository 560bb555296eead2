/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A table of text, its columns as wide as need be. The first columns are words, the others numbers. */
public final class Table {

    private static final String NOTHING = "-";

    private final int words;
    private final List<List<String>> lines = new ArrayList<>();

    /**
     * An empty table.
     *
     * @param words how many columns hold words, which stand to the left
     * @param titles the titles of all columns
     */
    public Table(int words, String... titles) {
        this.words = words;
        lines.add(List.of(titles));
    }

    /**
     * Adds a line.
     *
     * @param cells as many as there are titles
     * @throws IllegalArgumentException if there are more or fewer
     */
    public void add(List<String> cells) {
        if (cells.size() != lines.get(0).size()) {
            throw new IllegalArgumentException(cells.size() + " cells under " + lines.get(0));
        }
        lines.add(List.copyOf(cells));
    }

    /**
     * A number as it stands in a table.
     *
     * @param value the number
     * @param decimals digits after the point
     * @return a dash if it is not known
     */
    public static String number(double value, int decimals) {
        return Double.isNaN(value) ? NOTHING : String.format(Locale.ROOT, "%." + decimals + "f", value);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (List<String> line : lines) {
            StringBuilder row = new StringBuilder();
            for (int column = 0; column < line.size(); column++) {
                row.append(column == 0 ? "" : "  ").append(padded(line.get(column), column));
            }
            text.append(row.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    private String padded(String cell, int column) {
        int width =
                lines.stream().mapToInt(line -> line.get(column).length()).max().orElse(0);
        String space = " ".repeat(width - cell.length());
        return column < words ? cell + space : space + cell;
    }
}
