/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.report;

import java.awt.BasicStroke;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.LogarithmicAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.labels.ItemLabelAnchor;
import org.jfree.chart.labels.ItemLabelPosition;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.ui.TextAnchor;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;

/** Delay of detection against polls a job, both logarithmic: a line for the mean and a broken one for p95 of each client. */
final class CurvePlot {

    private static final int WIDTH = 760;
    private static final int HEIGHT = 520;
    /** What is below is drawn here: there is no logarithm of nothing. */
    private static final double LEAST = 0.1;

    private static final BasicStroke BROKEN =
            new BasicStroke(1, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER, 10, new float[] {5, 4}, 0);

    private final XYSeriesCollection curves = new XYSeriesCollection();
    private final XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer();

    private CurvePlot() {}

    /** The plot of these points, which are those of the curve's scenarios. */
    static Svg of(List<Row> rows) {
        CurvePlot plot = new CurvePlot();
        rows.stream().map(Row::client).distinct().forEach(client -> {
            List<Row> points = rows.stream()
                    .filter(row -> row.client().equals(client))
                    .sorted(Comparator.comparingDouble(Row::polls))
                    .toList();
            int mean = plot.add(client, "mean", points, row -> row.delay().mean());
            plot.label(
                    mean,
                    points.stream().filter(row -> isKnown(row.delay().mean())).toList());
            plot.renderer.setSeriesStroke(
                    plot.add(client, "p95", points, row -> row.delay().p95()), BROKEN);
        });
        return plot.drawn();
    }

    private static boolean isKnown(double delay) {
        return !Double.isNaN(delay);
    }

    /** Adds a curve, and returns its number. */
    private int add(String client, String which, List<Row> points, ToDoubleFunction<Row> delay) {
        XYSeries curve = new XYSeries(client + ", " + which);
        for (Row point : points) {
            double value = delay.applyAsDouble(point);
            if (isKnown(value)) {
                curve.add(Math.max(LEAST, point.polls()), Math.max(LEAST, value));
            }
        }
        curves.addSeries(curve);
        int number = curves.getSeriesCount() - 1;
        renderer.setSeriesPaint(number, Palette.of(client));
        renderer.setSeriesShape(number, new Ellipse2D.Double(-4, -4, 8, 8));
        return number;
    }

    /** Names the interval beside each of the curve's points. */
    private void label(int curve, List<Row> points) {
        renderer.setSeriesItemLabelGenerator(
                curve, (data, series, item) -> Long.toString(points.get(item).intervalMillis()));
        renderer.setSeriesItemLabelsVisible(curve, true);
        renderer.setSeriesPositiveItemLabelPosition(
                curve, new ItemLabelPosition(ItemLabelAnchor.OUTSIDE6, TextAnchor.TOP_CENTER));
    }

    private Svg drawn() {
        // long enough to tell a broken one
        renderer.setLegendLine(new Line2D.Double(-15, 0, 15, 0));
        XYPlot plot = new XYPlot(curves, axis("polls per job"), axis(null), renderer);
        return new Svg(
                new JFreeChart("Delay of detection (ms) by polls per job; the numbers are intervals in ms", plot),
                WIDTH,
                HEIGHT);
    }

    private static NumberAxis axis(String label) {
        NumberAxis axis = new LogarithmicAxis(label);
        axis.setNumberFormatOverride(new DecimalFormat("0.##", DecimalFormatSymbols.getInstance(Locale.ROOT)));
        return axis;
    }
}
