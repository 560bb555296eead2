/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.report;

import java.util.List;
import java.util.function.ToDoubleFunction;

/** One figure of all rows as bars, in groups by case. */
final class BarPlot {

    private static final int WIDTH = 900;
    private static final int LEFT = 300;
    private static final int RIGHT = 90;
    private static final int TOP = 50;
    private static final int BAR = 16;
    private static final int GAP = 10;

    private BarPlot() {}

    /** A plot; rows whose figure is not known are left out. */
    static String of(String title, List<Row> rows, ToDoubleFunction<Row> figure, int decimals) {
        List<Row> shown = rows.stream()
                .filter(row -> !Double.isNaN(figure.applyAsDouble(row)))
                .toList();
        long scenarios = shown.stream().map(Row::load).distinct().count();
        Svg svg = new Svg(WIDTH, (int) (TOP + shown.size() * BAR + scenarios * GAP + GAP));
        svg.words(LEFT, 25, "start", title);
        double most = shown.stream().mapToDouble(figure).max().orElse(0);
        double y = TOP;
        String before = "";
        for (Row row : shown) {
            if (!row.load().equals(before)) {
                y += before.isEmpty() ? 0 : GAP;
                svg.words(10, y + BAR - 4, "start", row.load());
                before = row.load();
            }
            double value = figure.applyAsDouble(row);
            double length = most > 0 ? Math.max(0, value) / most * (WIDTH - LEFT - RIGHT) : 0;
            svg.words(LEFT - 8, y + BAR - 4, "end", row.client());
            svg.rectangle(LEFT, y + 2, length, BAR - 4, Palette.of(row.client()));
            svg.words(LEFT + length + 5, y + BAR - 4, "start", Table.number(value, decimals));
            y += BAR;
        }
        return svg.toString();
    }
}
