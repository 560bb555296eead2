/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.report;

import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** Delay of detection against polls a job, both logarithmic: a line for the mean and a broken one for p95 of each client. */
final class CurvePlot {

    private static final int WIDTH = 760;
    private static final int HEIGHT = 480;
    private static final int LEFT = 70;
    private static final int TOP = 50;
    private static final int RIGHT = 200;
    private static final int BOTTOM = 50;

    private final List<Row> rows;
    private final Scale across;
    private final Scale up;
    private final Svg svg = new Svg(WIDTH, HEIGHT);

    private CurvePlot(List<Row> rows) {
        this.rows = rows;
        across = Scale.around(rows.stream().mapToDouble(Row::polls).toArray());
        up = Scale.around(rows.stream()
                .flatMap(row -> Stream.of(row.delay().mean(), row.delay().p95()))
                .mapToDouble(Double::doubleValue)
                .toArray());
    }

    /** The plot of these points, which are those of the curve's scenarios. */
    static String of(List<Row> rows) {
        CurvePlot plot = new CurvePlot(rows);
        plot.axes();
        List<String> clients = rows.stream().map(Row::client).distinct().toList();
        for (int i = 0; i < clients.size(); i++) {
            plot.curve(clients.get(i), TOP + 20 + i * 40);
        }
        return plot.svg.toString();
    }

    private void axes() {
        svg.words(LEFT, 25, "start", "Delay of detection (ms) by polls per job; the numbers are intervals in ms");
        for (double tick : across.ticks()) {
            svg.line(x(tick), TOP, x(tick), HEIGHT - BOTTOM, Palette.GRID);
            svg.words(x(tick), HEIGHT - BOTTOM + 18, "middle", tick(tick));
        }
        for (double tick : up.ticks()) {
            svg.line(LEFT, y(tick), WIDTH - RIGHT, y(tick), Palette.GRID);
            svg.words(LEFT - 6, y(tick) + 4, "end", tick(tick));
        }
        svg.line(LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM, Palette.INK);
        svg.line(LEFT, TOP, LEFT, HEIGHT - BOTTOM, Palette.INK);
        svg.words((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 10, "middle", "polls per job");
    }

    private static String tick(double value) {
        return Table.number(value, value < 1 ? 1 : 0);
    }

    private void curve(String client, double legend) {
        String colour = Palette.of(client);
        List<Row> points = rows.stream()
                .filter(row -> row.client().equals(client))
                .sorted(Comparator.comparingDouble(Row::polls))
                .toList();
        curve(points, row -> row.delay().mean(), colour, false);
        curve(points, row -> row.delay().p95(), colour, true);
        for (Row point : points) {
            svg.words(x(point.polls()), y(point.delay().mean()) + 18, "middle", Long.toString(point.intervalMillis()));
        }
        double side = WIDTH - RIGHT + 15;
        svg.line(side, legend, side + 25, legend, colour).words(side + 32, legend + 4, "start", client + ", mean");
        svg.dashes(side, legend + 18, side + 25, legend + 18, colour)
                .words(side + 32, legend + 22, "start", client + ", p95");
    }

    private void curve(List<Row> points, ToDoubleFunction<Row> delay, String colour, boolean broken) {
        Row before = null;
        for (Row point : points) {
            if (Double.isNaN(delay.applyAsDouble(point))) {
                continue;
            }
            double x = x(point.polls());
            double y = y(delay.applyAsDouble(point));
            svg.dot(x, y, colour);
            if (before != null) {
                double fromX = x(before.polls());
                double fromY = y(delay.applyAsDouble(before));
                if (broken) {
                    svg.dashes(fromX, fromY, x, y, colour);
                } else {
                    svg.line(fromX, fromY, x, y, colour);
                }
            }
            before = point;
        }
    }

    private double x(double polls) {
        return LEFT + across.part(polls) * (WIDTH - LEFT - RIGHT);
    }

    private double y(double delay) {
        return HEIGHT - BOTTOM - up.part(delay) * (HEIGHT - TOP - BOTTOM);
    }
}
